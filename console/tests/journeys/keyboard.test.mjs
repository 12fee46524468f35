// All of it by keyboard alone: the demo's sign of life, a flow that is built, tried and started, a failed call that is found, mended and replayed.
// Whatever is done, the focus is somewhere, and is seen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { add, bytesOf, choose, find, isFocusSeen, isSaved, node, nodes, panel } from "../canvas.mjs";
import { journeys, newProject, program, until } from "../journey.mjs";
import { back, opened, pick, press, tabTo, write } from "../keyboard.mjs";
import { listen } from "../sink.mjs";

const push = readFileSync(new URL("../../../events/github-push.json", import.meta.url));
const headers = { "content-type": "application/json" };

/** What is called from outside: nothing ever was at `/oders`. */
const sink = await listen();
sink.answer("/orders", 200);
let shop;
journeys({}, async () => {
  shop = await newProject();
});
after(() => sink.close());

test("the demo's sign of life is seen", async () => {
  const window = await opened();
  const { page } = window;
  await node(page, "sink").waitFor();
  // It is found again from the list of workflows.
  await press(page, page.getByRole("link", { name: "Workflows" }));
  await page.getByRole("heading", { level: 1, name: "Workflows" }).waitFor();
  await isFocusSeen(page, "coming to the workflows");
  await press(page, page.getByRole("link", { name: "Demo: GitHub pushes" }));
  await node(page, "sink").waitFor();
  await isFocusSeen(page, "coming to the canvas");
  const answer = await fetch(program.hook, {
    method: "POST",
    headers: { ...headers, "x-github-event": "push" },
    body: push,
  });
  assert.equal(answer.status, 202);
  await node(page, "sink").getByText("1 in").waitFor();
  await tabTo(page, node(page, "sink"));
  await page.keyboard.press("Enter");
  await panel(page)
    .getByRole("button", { name: /octo-org\/rookery/ })
    .first()
    .waitFor();
  await isFocusSeen(page, "opening the panel");
  await page.keyboard.press("Escape");
  await page.locator(`.react-flow__node[data-id="sink"]:focus`).waitFor();
  await window.close();
});

/** The workflow that is built, and its trigger. */
const built = {};

test("a flow is built, configured, tried and started", async () => {
  const window = await opened(`/projects/${shop}/workflows`);
  const { page } = window;
  await press(page, page.getByRole("button", { name: "New workflow" }));
  await page.getByText("Begin with a trigger").waitFor();
  await isFocusSeen(page, "coming to an empty canvas");
  const path = new URL(page.url()).pathname.replace("/console", "");

  // Built and linked.
  await press(page, page.getByRole("button", { name: "Add a webhook" }));
  await page.locator(".react-flow__node.selected:focus").waitFor();
  for (const type of ["condition", "split", "HTTP request"]) await add(page, type);
  await find(page, "Split");
  await page.keyboard.press("l");
  await choose(page, "Link which events?", "b");
  await page.getByRole("combobox", { name: "Link to which agent?" }).waitFor();
  await page.keyboard.type("a new agent");
  await page.keyboard.press("Enter");
  await choose(page, "Add an agent", "HTTP request");
  await nodes(page).nth(4).waitFor();
  await isSaved(page);
  const { cells } = JSON.parse(await bytesOf(program, path));
  const idOf = (name) => cells.find((cell) => cell.name === name)?.id;
  const links = cells
    .filter(({ type }) => type === "link")
    .map((cell) => [cell.source.id, cell.group_id, cell.target.id]);
  const [hook, condition, split] = ["Webhook", "Condition", "Split"].map(idOf);
  const calls = ["HTTP request", "HTTP request 2"].map(idOf);
  assert.deepEqual(links, [
    [hook, "on_receive", condition],
    [condition, "on_match", split],
    [split, "a", calls[0]],
    [split, "b", calls[1]],
  ]);
  await window.check("a flow that is built");

  // Configured.
  await find(page, "Condition");
  await page.keyboard.press("Enter");
  await write(page, panel(page).getByLabel("Where"), "order.total");
  await pick(page, panel(page).getByLabel("How to compare"), "gte");
  await pick(page, panel(page).getByLabel("Value: type"), "number");
  await write(page, panel(page).getByLabel("Value", { exact: true }), "100");
  await back(page);
  for (const [name, to] of [
    ["HTTP request", "/orders"],
    ["HTTP request 2", "/oders"],
  ]) {
    await find(page, name);
    await page.keyboard.press("Enter");
    await write(page, panel(page).getByLabel("URL"), sink.url + to);
    await back(page);
  }
  await isSaved(page);
  await page
    .getByRole("button", { name: /problem/ })
    .waitFor({ state: "detached", timeout: 4000 })
    .catch(async () => {
      assert.fail(`something is wrong: ${await bytesOf(program, path)}`);
    });

  // Tried on an event of one's own, and started.
  await find(page, "Condition");
  await page.keyboard.press("t");
  await write(page, panel(page).getByLabel("Payload of the event"), `{"order": {"total": 250}}`);
  await page.keyboard.press("Control+Enter");
  await panel(page).locator(".try-out").getByText("on_match").first().waitFor();
  await isFocusSeen(page, "a try");
  await back(page);
  await page.keyboard.press("Control+Enter");
  await tabTo(
    page,
    page.getByRole("complementary", { name: "Start" }).getByRole("button", { name: "Start", exact: true }),
  );
  await page.keyboard.press("Enter");
  await page.getByText("active", { exact: true }).waitFor();
  await isFocusSeen(page, "a start");
  Object.assign(built, { path, hook });
  await window.close();
});

test("the flow is tried on an event that came; its failed call is found, mended and done again", async () => {
  const { path, hook } = built;
  const window = await opened(path);
  const { page } = window;
  await nodes(page).nth(4).waitFor();
  const { data: agent } = await program.call("GET", `${path}/agents/${hook}`);
  for (let total = 100; total < 140; total++) {
    const body = JSON.stringify({ order: { total } });
    const answer = await fetch(agent.hook_url, { method: "POST", headers, body });
    assert.ok(answer.ok, `${answer.status}`);
  }
  // Each event goes one way or the other: all have arrived.
  const failuresNow = async () => (await program.call("GET", `${path}/failures?limit=100`)).data.length;
  await until("all calls", async () => sink.got.length + (await failuresNow()) === 40);
  const failed = await failuresNow();
  await page.getByText("failed", { exact: false }).first().waitFor();
  await find(page, "Condition");
  await page.keyboard.press("t");
  const events = panel(page).getByLabel("Event to try with");
  await until("a stored event", async () => /Webhook|from/.test(await events.evaluate((list) => list.textContent)));
  await press(page, panel(page).getByRole("button", { name: "Try", exact: true }));
  await panel(page).locator(".try-out").getByText("on_match").first().waitFor();
  await isFocusSeen(page, "a try by its button");

  // The failed call is found and understood.
  const failures = page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: /^Failures/ });
  await tabTo(page, failures, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Failures" }).waitFor();
  const group = page.getByRole("region", { name: /HTTP request 2/ });
  await group.getByText("404").first().waitFor();
  await isFocusSeen(page, "coming to the failures");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Step" }).getByText("404").first().waitFor();
  await isFocusSeen(page, "coming to the run");

  // It is mended, and done again.
  await press(page, page.getByRole("link", { name: "Open the agent" }));
  await isFocusSeen(page, "coming to the agent");
  await panel(page).getByLabel("URL").waitFor();
  await find(page, "HTTP request 2");
  await page.keyboard.press("Enter");
  await write(page, panel(page).getByLabel("URL"), `${sink.url}/orders`);
  await back(page);
  await isSaved(page);
  await page.keyboard.press("Control+Enter");
  await tabTo(page, page.getByRole("complementary", { name: "Run or stop" }).getByRole("button", { name: /^Run v/ }));
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Run or stop" }).waitFor({ state: "detached" });
  await isFocusSeen(page, "a run of the new version");

  // In the version that was mended, it is done again, and nothing is left to be mended.
  const before = sink.got.length;
  await tabTo(page, failures, "Shift+Tab");
  await page.keyboard.press("Enter");
  await press(page, group.getByRole("button", { name: /^Replay (it|all \d+) in v\d+$/ }));
  await group.getByText("replayed, done").first().waitFor();
  await failures.locator(".badge").waitFor({ state: "detached" });
  await isFocusSeen(page, "a replay");
  await until("all that failed is done", () => sink.got.length === before + failed);
  assert.equal(sink.got.at(-1).path, "/orders");
  await window.close();
});
