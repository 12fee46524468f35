// The stencil tells what each thing is, and can be folded away; and a link to a cell that is gone says so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { find, made, node } from "../canvas.mjs";
import { agent } from "../cells.mjs";
import { journeys, newProject, openWindow, program, until } from "../journey.mjs";

let path;
journeys({ demo: false }, async () => {
  const cells = [agent("in", "webhook", [0, 0], {}, "Orders in"), agent("later", "delay", [400, 0], { seconds: 5 })];
  path = await made(program, await newProject(), "Orders", JSON.stringify({ cells }));
});

test("what is pointed at is told of whole, for as long as it is", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(path);
  const doc = page.locator(".stencil-doc");
  const items = page.getByRole("complementary", { name: "Stencil" }).getByRole("button");
  await items.first().waitFor();
  for (const item of await items.all()) {
    await item.hover();
    const { y, height } = await doc.boundingBox();
    assert.ok(y >= 0 && y + height <= 900, `${await item.textContent()} is told of within the window`);
  }
  await window.check("a stencil that tells of an agent");
  await page.mouse.move(800, 600);
  await doc.waitFor({ state: "detached" });
  await page.getByLabel("Search the stencil").focus();
  await page.keyboard.press("Tab");
  await doc.waitFor();
  await page.keyboard.press("Shift+Tab");
  await doc.waitFor({ state: "detached" });
  await window.close();
});

test("the stencil is folded away by key and by button, nothing moves, and it stays so", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(path);
  const stencil = page.getByRole("complementary", { name: "Stencil" });
  await stencil.waitFor();
  await find(page, "later");
  const place = async () => Math.round((await node(page, "later").boundingBox()).x);
  const before = await place();
  await page.keyboard.press("s");
  await stencil.waitFor({ state: "detached" });
  await until("nothing moves", async () => (await place()) === before);
  await page.reload();
  await node(page, "later").waitFor();
  assert.equal(await stencil.count(), 0, "it stays folded");
  await window.check("a canvas without its stencil");
  await page.getByRole("button", { name: "Stencil (S)", expanded: false }).click();
  await stencil.waitFor();
  await page.getByRole("button", { name: "Stencil (S)", expanded: true }).waitFor();
  await window.close();
});

test("a link to a cell that is not there says so", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(`${path}?cell=gone&side=nowhere`);
  await page.getByText("There is no cell “gone” here.").waitFor();
  await find(page, "later");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Agent later" }).waitFor();
  await window.close();
});
