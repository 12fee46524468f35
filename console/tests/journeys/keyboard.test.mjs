// All of it by keyboard alone: the demo's sign of life, a flow that is built, tried and started, a failed call that is found, mended and replayed.
// Whatever is done, the focus is somewhere, and is seen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { add, bytesOf, choose, find, isFocusSeen, isSaved, link, made, node, nodes } from "../canvas.mjs";
import { start } from "../program.mjs";
import { until } from "../seed.mjs";

const push = readFileSync(new URL("../../../events/github-push.json", import.meta.url));
const headers = { "content-type": "application/json" };

let program;
let browser;
let shop;
/** What is called from outside: all is found but what is below `/oders`, where nothing ever was. */
let shopUrl;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(request.url === "/oders" ? 404 : 200, { "content-type": "application/json" });
  response.end("{}");
});
before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  shopUrl = `http://127.0.0.1:${server.address().port}`;
  [program, browser] = await Promise.all([start(), open()]);
  shop = (await program.call("POST", "/projects", { name: "Shop" })).data.id;
});
after(async () => {
  await browser.close();
  await program.stop();
  server.close();
});

/** A window without a mouse. */
async function opened(path) {
  const window = await browser.window({ url: program.url });
  const { page } = window;
  await (path === undefined ? page.goto(program.url) : window.go(path));
  page.mouse.click = page.mouse.move = page.mouse.down = () => assert.fail("there is no mouse");
  return window;
}

const panelOf = (page) => page.getByRole("complementary", { name: "The selected agent" });

/**
 * Runs in the page: whether one of the elements, or what is inside of it, has the focus; that of a code field is in a root of its own. While such
 * a field is made ready, there are two of its name.
 */
function hasFocus(elements) {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return elements.some((element) => element.contains(focused));
}

/** Presses Tab, or another key, until something has the focus; where it is on the way is seen, too. */
async function tabTo(page, locator, key = "Tab") {
  await locator.first().waitFor();
  for (let tries = 0; tries < 80; tries++) {
    if (await locator.evaluateAll(hasFocus)) return;
    await page.keyboard.press(key);
    // A code field becomes another one once it has the focus.
    await page.waitForFunction(() => !document.activeElement?.matches(".code-plain"));
    // Behind the end of the page are the browser's own buttons.
    if (await page.evaluate(() => document.activeElement !== document.body)) {
      await isFocusSeen(page, `${key} on the way to ${locator}`);
    }
  }
  assert.fail(`${locator} is not reached by ${key}`);
}

/** Goes to a control by Tab and presses Enter on it. */
async function press(page, locator) {
  await tabTo(page, locator);
  await page.keyboard.press("Enter");
}

/** Goes back from the panel to the canvas. */
async function back(page) {
  await page.keyboard.press("Escape");
  await page.locator(".react-flow__node.selected:focus").waitFor();
}

/** Goes to a choice by Tab, and to one of its values by the arrows. */
async function pick(page, locator, value) {
  await tabTo(page, locator);
  const now = () => locator.first().inputValue();
  for (const key of ["ArrowDown", "ArrowUp"]) {
    for (let before; before !== (await now()) && (await now()) !== value; ) {
      before = await now();
      await page.keyboard.press(key);
    }
  }
  assert.equal(await now(), value);
}

/** Writes into a field that is reached by Tab, in place of what stands there. */
async function write(page, locator, text) {
  await tabTo(page, locator);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}

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
  await panelOf(page)
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
  const panel = panelOf(page);
  await find(page, "Condition");
  await page.keyboard.press("Enter");
  await write(page, panel.getByLabel("Where"), "order.total");
  await pick(page, panel.getByLabel("How to compare"), "gte");
  await pick(page, panel.getByLabel("Value: type"), "number");
  await write(page, panel.getByLabel("Value", { exact: true }), "100");
  await back(page);
  for (const [name, to] of [
    ["HTTP request", "/orders"],
    ["HTTP request 2", "/oders"],
  ]) {
    await find(page, name);
    await page.keyboard.press("Enter");
    await write(page, panel.getByLabel("URL"), shopUrl + to);
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
  await write(page, panel.getByLabel("Payload of the event"), `{"order": {"total": 250}}`);
  await page.keyboard.press("Control+Enter");
  await panel.locator(".try-out").getByText("on_match").first().waitFor();
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
  const panel = panelOf(page);
  await nodes(page).nth(4).waitFor();
  const { data: agent } = await program.call("GET", `${path}/agents/${hook}`);
  for (let total = 100; total < 140; total++) {
    const body = JSON.stringify({ order: { total } });
    const answer = await fetch(agent.hook_url, { method: "POST", headers, body });
    assert.ok(answer.ok, `${answer.status}`);
  }
  await until("a failure", async () => (await program.call("GET", `${path}/failures`)).data.length > 0);
  await page.getByText("failed", { exact: false }).first().waitFor();
  await find(page, "Condition");
  await page.keyboard.press("t");
  const events = panel.getByLabel("Event to try with");
  await until("a stored event", async () => /Webhook|from/.test(await events.evaluate((list) => list.textContent)));
  await press(page, panel.getByRole("button", { name: "Try", exact: true }));
  await panel.locator(".try-out").getByText("on_match").first().waitFor();
  await isFocusSeen(page, "a try by its button");

  // The failed call is found and understood.
  await tabTo(
    page,
    page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: /Failures/ }),
    "Shift+Tab",
  );
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Failures" }).waitFor();
  const group = page.getByRole("region", { name: /HTTP request 2/ });
  await group.getByText("404").first().waitFor();
  await isFocusSeen(page, "coming to the failures");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Step" }).getByText("404").first().waitFor();
  await isFocusSeen(page, "coming to the run");
  const run = page.url();

  // It is mended, and done again.
  await press(page, page.getByRole("link", { name: "Open the agent" }));
  await isFocusSeen(page, "coming to the agent");
  await panel.getByLabel("URL").waitFor();
  await find(page, "HTTP request 2");
  await page.keyboard.press("Enter");
  await write(page, panel.getByLabel("URL"), `${shopUrl}/orders`);
  await back(page);
  await isSaved(page);
  await page.keyboard.press("Control+Enter");
  await tabTo(page, page.getByRole("complementary", { name: "Run or stop" }).getByRole("button", { name: /^Run v/ }));
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Run or stop" }).waitFor({ state: "detached" });
  await isFocusSeen(page, "a run of the new version");
  await window.go(new URL(run).pathname.replace("/console", "") + new URL(run).search);
  await press(page, page.getByRole("button", { name: "Start again from here" }));
  await press(page, page.getByRole("button", { name: "Start with the same payload" }));
  await page.getByRole("link", { name: "See the new run" }).waitFor();
  await isFocusSeen(page, "starting again");
  await press(page, page.getByRole("link", { name: "See the new run" }));
  await page.getByRole("banner").getByText("done").waitFor();
  await window.close();
});

const WRITTEN = JSON.stringify({
  cells: [
    { id: "in", type: "agent", agent_type: "webhook", name: "Orders in", config: {}, position: { x: 0, y: 0 } },
    {
      id: "later",
      type: "agent",
      agent_type: "delay",
      name: "Later",
      config: { seconds: 5 },
      position: { x: 400, y: 0 },
    },
    {
      id: "call",
      type: "agent",
      agent_type: "http_request",
      name: "Tell",
      config: { url: "http://127.0.0.1/" },
      position: { x: 800, y: 0 },
    },
  ],
});

test("the focus is never lost, and Escape leads one step back", async () => {
  const path = await made(program, shop, "Focus", WRITTEN);
  const window = await opened(path);
  const { page } = window;
  const focused = (id) => page.locator(`.react-flow__node[data-id="${id}"]:focus`).waitFor();
  await node(page, "call").waitFor();
  // From nowhere, Tab goes through the agents in the order of reading, and on to the tools.
  for (const id of ["in", "later", "call"]) {
    await page.keyboard.press("Tab");
    await focused(id);
  }
  await page.keyboard.press("Tab");
  await page
    .getByRole("button", { name: /^Show all/ })
    .and(page.locator(":focus"))
    .waitFor();
  await find(page, "Later");
  const ways = [
    ["a palette", "/", () => page.getByRole("combobox", { name: "Add an agent" })],
    ["a choice of groups", "l", () => page.getByRole("combobox", { name: "Link which events?" })],
    ["the sheet of shortcuts", "?", () => page.getByRole("dialog", { name: "Shortcuts" })],
    ["the search", "Control+k", () => page.getByRole("combobox", { name: "Search by name" })],
    ["the start", "Control+Enter", () => page.getByRole("complementary", { name: "Start" })],
    ["the wheel", "w", () => page.locator(".wheel :focus")],
  ];
  for (const [what, key, opens] of ways) {
    await page.keyboard.press(key);
    await opens().waitFor();
    await isFocusSeen(page, `opening ${what}`);
    await page.keyboard.press("Escape");
    await opens().waitFor({ state: "detached" });
    await focused("later");
  }
  // The panel: Escape leads back to the canvas, and its button closes it.
  await page.keyboard.press("Enter");
  await panelOf(page).locator(":focus").waitFor();
  await press(page, panelOf(page).getByRole("button", { name: "Close the panel" }));
  await focused("later");
  // A menu: Escape leads back to its button.
  await press(page, page.getByRole("button", { name: "Arrange" }));
  await page.locator("[role=menuitem]:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Arrange" }).and(page.locator(":focus")).waitFor();
  // Versions: opened and left by keys.
  await find(page, "Later");
  const versions = page.getByRole("button", { name: "Versions" });
  await tabTo(page, versions, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator(".version:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".versions").waitFor({ state: "detached" });
  await isFocusSeen(page, "the versions");
  // What has the focus goes: the one beside it has it then.
  await find(page, "Orders in");
  await link(page, "on_receive", "Later");
  await page.keyboard.press("l");
  await choose(page, "Link which events?", "on_receive →");
  await tabTo(page, page.getByRole("button", { name: "Delete the link" }));
  await page.keyboard.press("Enter");
  await focused("in");
  await find(page, "Later");
  await page.keyboard.press("Delete");
  await focused("in");
  await page.keyboard.press("Control+z");
  await node(page, "later").waitFor();
  await find(page, "Later");
  await page.keyboard.press("w");
  await tabTo(page, page.getByRole("button", { name: /^Delete \(Del\)/ }), "ArrowRight");
  await page.keyboard.press("Enter");
  await node(page, "later").waitFor({ state: "detached" });
  await focused("in");
  await page.keyboard.press("Control+d");
  await nodes(page).nth(2).waitFor();
  await page.keyboard.press("Control+x");
  await nodes(page).nth(2).waitFor({ state: "detached" });
  await isFocusSeen(page, "a cut");
  for (const steps of [1, 2, 3]) {
    await page.keyboard.press("Control+z");
    await isFocusSeen(page, `undoing ${steps}`);
  }
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.getByText("Begin with a trigger").waitFor();
  await isFocusSeen(page, "all was deleted");
  await window.close();
});

test("Tab goes through a page as it is read", async () => {
  const window = await opened(`/projects/${shop}/settings/credentials`);
  const { page } = window;
  await page.getByLabel("Name").waitFor();
  const stops = [];
  for (let tries = 0; tries < 40; tries++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      const { left, top, bottom } = element.getBoundingClientRect();
      return {
        what: element.outerHTML.slice(0, 120),
        part: element.closest("nav, header, main")?.localName,
        left,
        top,
        bottom,
      };
    });
    if (stop.part === undefined) break;
    stops.push(stop);
  }
  assert.deepEqual([...new Set(stops.map(({ part }) => part))], ["nav", "header", "main"]);
  for (const [at, { part, what, left, top }] of stops.entries()) {
    const before = stops[at - 1];
    if (before?.part !== part) continue;
    assert.ok(top >= before.bottom - 8 || left > before.left, `${what} comes after ${before.what}`);
  }
  await window.close();
});
