// What a frame drawn with Shift selects is copied as cells, also when a text of the page was selected before.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { start } from "../program.mjs";

let program;
let browser;
before(async () => {
  [program, browser] = await Promise.all([start(), open()]);
});
after(async () => {
  await browser.close();
  await program.stop();
});

test("a frame drawn with Shift selects cells, and no text", async () => {
  const window = await browser.window({ url: program.url });
  const { page } = window;
  await page.goto(program.url);
  const box = async (id) => page.locator(`.react-flow__node[data-id="${id}"]`).boundingBox();
  await page.locator('.react-flow__node[data-id="sink"]').waitFor();
  await page.getByRole("heading", { name: "Triggers" }).dblclick();
  const [first, last] = [await box("short"), await box("feed")];
  await page.keyboard.down("Shift");
  await page.mouse.move(first.x - 12, first.y - 24);
  await page.mouse.down();
  await page.mouse.move(last.x + last.width + 8, last.y + last.height + 24, { steps: 8 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await page.getByText(/\d selected/).waitFor();
  assert.equal(await page.evaluate(() => String(document.getSelection())), "");
  await page.keyboard.press("Control+c");
  const { cells } = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.ok(cells.filter(({ type }) => type === "agent").length >= 2);
  await window.close();
});
