// A call that failed is found, understood, mended and replayed by mouse: from the count in the rail to the sink that gets what it did not get.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { made } from "../canvas.mjs";
import { agent, link } from "../cells.mjs";
import { hand } from "../hand.mjs";
import { journeys, newProject, openWindow, program } from "../journey.mjs";
import { listen } from "../sink.mjs";

const sink = await listen();
let project;
let workflow;
journeys({ demo: false }, async () => {
  sink.answer("/orders", 200);
  project = await newProject();
  const cells = [
    agent("in", "webhook", [0, 80], {}, "Orders"),
    agent("lanes", "split", [280, 80], { groups: [{ name: "a" }, { name: "b", weight: 3 }] }, "Two lanes"),
    agent("shop", "http_request", [560, 0], { url: `${sink.url}/order`, retries: 0 }, "Tell the shop"),
    agent("books", "http_request", [560, 180], { url: `${sink.url}/orders`, retries: 0 }, "Tell the books"),
    link("in", "lanes", "on_receive"),
    link("lanes", "shop", "a"),
    link("lanes", "books", "b"),
  ];
  workflow = await made(program, project, "Orders", JSON.stringify({ cells }));
  await program.call("POST", `${workflow}/start`, {});
  const failures = async () => (await program.call("GET", `${workflow}/failures`)).data.length;
  for (let id = 1; (await failures()) === 0; id++) {
    assert.ok(id < 100, "one of the calls fails");
    await program.call("POST", `${workflow}/agents/in/events`, { payload: { order: { id } } });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});
after(() => sink.close());

test("a failed call is found, understood, mended and replayed by mouse", async () => {
  const window = await openWindow();
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
  const window = await openWindow();
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
