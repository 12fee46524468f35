// Whoever works without a mouse never loses the focus: it is somewhere, and is seen, and goes through a page in the order of reading.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, find, isFocusSeen, link, made, node, nodes, panel } from "../canvas.mjs";
import { agent } from "../cells.mjs";
import { journeys, newProject, program } from "../journey.mjs";
import { opened, press, tabTo } from "../keyboard.mjs";

let shop;
journeys({ demo: false }, async () => {
  shop = await newProject();
});

const CELLS = [
  agent("in", "webhook", [0, 0], {}, "Orders in"),
  agent("later", "delay", [400, 0], { seconds: 5 }, "Later"),
  agent("call", "http_request", [800, 0], { url: "http://127.0.0.1/" }, "Tell"),
];

test("the focus is never lost, and Escape leads one step back", async () => {
  const path = await made(program, shop, "Focus", JSON.stringify({ cells: CELLS }));
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
  await panel(page).locator(":focus").waitFor();
  await press(page, panel(page).getByRole("button", { name: "Close the panel" }));
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
