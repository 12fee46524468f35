// A flow is built by keyboard alone, every step is undone to the same bytes, and two windows that change one canvas lose nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { start } from "../program.mjs";

let program;
let browser;
let project;
before(async () => {
  [program, browser] = await Promise.all([start({ demo: false }), open()]);
  project = (await program.call("POST", "/projects", { name: "Shop" })).data.id;
});
after(async () => {
  await browser.close();
  await program.stop();
});

const made = async (cells) => {
  const path = `/projects/${project}/workflows`;
  return `${path}/${(await program.call("POST", path, { name: "Orders", options: { cells } })).data.id}`;
};
const saved = async (path) => (await program.call("GET", path)).data;
const nodes = (page) => page.locator(".react-flow__node");

/** Waits until the server has what the canvas shows. */
async function isSaved(page) {
  await page.getByText(/v\d+ · saved/).waitFor();
}

async function add(page, type) {
  const before = await nodes(page).count();
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Add an agent" }).fill(type);
  await page.keyboard.press("Enter");
  await nodes(page).nth(before).waitFor();
}

test("a flow is built, linked and undone by keyboard alone", async () => {
  const path = await made([]);
  const window = await browser.window({ url: program.url });
  const { page } = window;
  await window.go(path);
  await page.getByText("Begin with a trigger").waitFor();
  await window.check("an empty canvas");
  const empty = JSON.stringify((await saved(path)).options);
  await page.getByRole("button", { name: "Add a webhook" }).focus();
  await page.keyboard.press("Enter");
  await nodes(page).first().waitFor();
  await add(page, "condition");
  await page.keyboard.press("Control+f");
  await page.getByRole("combobox", { name: "Find a cell" }).fill("webhook");
  await page.keyboard.press("Enter");
  await page.locator(".react-flow__node.selected", { hasText: "Webhook" }).waitFor();
  await page.keyboard.press("l");
  await page.getByRole("combobox", { name: "Link which events?" }).fill("on_receive");
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: "Link to which agent?" }).fill("condition");
  await page.keyboard.press("Enter");
  await page.locator(".react-flow__edge").first().waitFor({ state: "attached" });
  await isSaved(page);
  const { cells } = (await saved(path)).options;
  const link = cells.find(({ type }) => type === "link");
  const idOf = (type) => cells.find(({ agent_type }) => agent_type === type).id;
  assert.deepEqual([link.source.id, link.target.id, link.group_id], [idOf("webhook"), idOf("condition"), "on_receive"]);
  await window.check("a canvas with a problem");
  for (let step = 0; step < 3; step++) await page.keyboard.press("Control+z");
  await page.getByText("Begin with a trigger").waitFor();
  await isSaved(page);
  await page.waitForFunction(() => !document.querySelector(".react-flow__node"));
  for (let tries = 0; JSON.stringify((await saved(path)).options) !== empty; tries++) {
    assert.ok(tries < 100, "what is saved is what was there before");
    await page.waitForTimeout(50);
  }
  await window.close();
});

test("what two windows change is shown on both sides, and nothing is lost", async () => {
  const cells = [
    { id: "in", type: "agent", agent_type: "webhook", name: "Orders in", config: {}, position: { x: 0, y: 0 } },
  ];
  const path = await made(cells);
  const window = await browser.window({ url: program.url });
  const { page } = window;
  await window.go(path);
  await nodes(page).first().waitFor();
  const { version } = await saved(path);
  const theirs = [{ ...cells[0], name: "Renamed elsewhere" }];
  await program.call("PUT", path, { options: { cells: theirs }, version });
  await nodes(page).first().focus();
  await add(page, "condition");
  const conflict = page.getByRole("complementary", { name: "Changed elsewhere" });
  await conflict.waitFor();
  await conflict.getByText("Renamed elsewhere").first().waitFor();
  assert.deepEqual((await saved(path)).options.cells, theirs, "theirs stands until somebody has chosen");
  await window.check("a conflict");
  await window.close();
});
