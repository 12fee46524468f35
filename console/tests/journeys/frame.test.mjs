// Whoever opens the program's address sees the demo, and every place of the rail is there.
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

test("the program's address leads to the demo on its canvas, and from there to the workflows", async () => {
  const window = await browser.window({ url: program.url });
  await window.page.goto(program.url);
  await window.page.getByText("Tell the sink").waitFor();
  assert.match(window.page.url(), /\/console\/projects\/[a-z0-9]{12}\/workflows\/[a-z0-9]+$/);
  await window.page.getByRole("banner").getByRole("link", { name: "Workflows" }).click();
  await window.page.getByRole("link", { name: "Demo: GitHub pushes" }).waitFor();
  assert.match(window.page.url(), /\/console\/projects\/[a-z0-9]{12}\/workflows$/);
  await window.check("the workflows");
  await window.close();
});

test("every place of the rail shows a page, by mouse and by address", async () => {
  const window = await browser.window({ url: program.url });
  await window.go();
  const rail = window.page.getByRole("navigation", { name: "Places" });
  for (const place of [
    "Projects",
    "Workflows",
    "Runs",
    "Failures",
    "Waiting",
    "Agents",
    "Connections",
    "Metrics",
    "Settings",
  ]) {
    await rail.getByRole("link", { name: place }).click();
    await window.page.getByRole("heading", { level: 1 }).first().waitFor();
    await window.check(place);
    await window.page.reload();
    await window.page.getByRole("heading", { level: 1 }).first().waitFor();
    if (place === "Projects") await window.page.goBack();
  }
  await window.close();
});
