// A call that failed is found, understood, mended and replayed by mouse: from the count in the rail to the sink that gets what it did not get.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { hand } from "../hand.mjs";
import { start } from "../program.mjs";
import { listen } from "../sink.mjs";

let program;
let browser;
let sink;
let project;
let workflow;
before(async () => {
  [program, browser, sink] = await Promise.all([start({ demo: false }), open(), listen()]);
  sink.answer("/orders", 200);
  project = (await program.call("POST", "/projects", { name: "Shop" })).data.id;
  const agent = (id, agent_type, name, x, y, config) => ({
    id,
    type: "agent",
    agent_type,
    name,
    config,
    position: { x, y },
  });
  const link = (source, target, group_id) => ({
    id: `${source}-${target}`,
    type: "link",
    source: { id: source },
    target: { id: target },
    group_id,
  });
  const cells = [
    agent("in", "webhook", "Orders", 0, 80, {}),
    agent("lanes", "split", "Two lanes", 280, 80, { groups: [{ name: "a" }, { name: "b", weight: 3 }] }),
    agent("shop", "http_request", "Tell the shop", 560, 0, { url: `${sink.url}/order`, retries: 0 }),
    agent("books", "http_request", "Tell the books", 560, 180, { url: `${sink.url}/orders`, retries: 0 }),
    link("in", "lanes", "on_receive"),
    link("lanes", "shop", "a"),
    link("lanes", "books", "b"),
  ];
  workflow = `/projects/${project}/workflows`;
  workflow += `/${(await program.call("POST", workflow, { name: "Orders", options: { cells } })).data.id}`;
  await program.call("POST", `${workflow}/start`, {});
  const failures = async () => (await program.call("GET", `${workflow}/failures`)).data.length;
  for (let id = 1; (await failures()) === 0; id++) {
    assert.ok(id < 100, "one of the calls fails");
    await program.call("POST", `${workflow}/agents/in/events`, { payload: { order: { id } } });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});
after(async () => {
  await browser.close();
  await program.stop();
  await sink.close();
});

test("a failed call is found, understood, mended and replayed by mouse", async () => {
  const window = await browser.window({ url: program.url });
  const { page } = window;
  const mouse = hand(page);
  await window.go(`/projects/${project}/workflows`);
  const rail = page.getByRole("navigation", { name: "Places" });
  const number = rail.getByRole("link", { name: /^Failures/ }).locator(".badge");
  await number.waitFor();
  const failed = (await program.call("GET", `${workflow}/failures`)).data.length;
  assert.equal(await number.textContent(), String(failed));

  // Found: the count in the rail leads to what failed, which says why.
  await mouse.click(rail.getByRole("link", { name: /^Failures/ }));
  const group = page.getByRole("region", { name: "Tell the shop: http_error" });
  await group.getByText("The server answered 404").waitFor();
  await window.check("what failed");

  // Understood: the event that came, and what was answered.
  await mouse.click(group.locator("[data-row]").first());
  const step = page.getByRole("region", { name: "Step", exact: true });
  await step.getByText("The server answered 404").first().waitFor();
  await step.getByText("nothing is taken at /order").first().waitFor();
  await window.check("the run of what failed");

  // Mended: from the failure to the field, and the new version runs.
  await mouse.click(page.getByRole("link", { name: "Open the agent" }));
  const panel = page.getByRole("region", { name: "Agent Tell the shop" });
  await mouse.write(panel.getByLabel("Url"), `${sink.url}/orders`);
  const run = /^Run v\d+$/;
  await mouse.click(page.getByRole("banner").getByRole("button", { name: run }));
  const changes = page.getByRole("complementary", { name: "Run or stop" });
  await changes.getByText("1 changed").waitFor();
  await mouse.click(changes.getByRole("button", { name: run }));
  await changes.waitFor({ state: "hidden" });

  // Replayed: in the version that was mended, and what failed is gone.
  const before = sink.got.length;
  await mouse.click(rail.getByRole("link", { name: /^Failures/ }));
  await mouse.click(group.getByRole("button", { name: /^Replay (it|all \d+) in v2$/ }));
  await group.getByText("replayed, done").first().waitFor();
  await number.waitFor({ state: "hidden" });
  await window.check("what was replayed");
  await page.reload();
  await page.getByText("Nothing has failed.").waitFor();
  assert.equal(sink.got.length, before + failed);
  assert.equal(sink.got.at(-1).path, "/orders");
  assert.ok(mouse.steps <= 8, `it takes ${mouse.steps} steps`);
  await window.close();
});

test("what failed while the other side was down is replayed by two clicks", async () => {
  sink.answer("/orders", 500);
  await program.call("POST", `${workflow}/agents/in/events`, { payload: { order: { id: 1000 } } });
  const window = await browser.window({ url: program.url });
  const { page } = window;
  const mouse = hand(page);
  await window.go(workflow);
  const failures = page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: /^Failures/ });
  await failures.locator(".badge").waitFor();
  sink.answer("/orders", 200);
  await mouse.click(failures);
  const group = page.getByRole("region", { name: /^Tell the (shop|books): / });
  await group.getByText("The server answered 500").waitFor();
  await mouse.click(group.getByRole("button", { name: /^Replay it/ }));
  await group.getByText("replayed, done").waitFor();
  await failures.locator(".badge").waitFor({ state: "hidden" });
  assert.equal(sink.got.at(-1).body.order.id, 1000);
  assert.equal(mouse.steps, 2);
  await window.close();
});
