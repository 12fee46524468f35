// What a frame drawn with Shift selects is copied as cells, also when a text of the page was selected before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { node } from "../canvas.mjs";
import { journeys, openWindow, program } from "../journey.mjs";

journeys();

test("a frame drawn with Shift selects cells, and no text", async () => {
  const window = await openWindow();
  const { page } = window;
  await page.goto(program.url);
  const box = (id) => node(page, id).boundingBox();
  await node(page, "sink").waitFor();
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
