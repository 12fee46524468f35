// Whoever opens the program's address sees the demo, and every place of the rail is there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { journeys, newProject, openWindow, program } from "../journey.mjs";

journeys();

test("the program's address leads to the demo on its canvas, and from there to the workflows", async () => {
  const window = await openWindow();
  await window.page.goto(program.url);
  await window.page.getByText("Tell the sink").waitFor();
  assert.match(window.page.url(), /\/console\/projects\/[a-z0-9]{12}\/workflows\/[a-z0-9]+$/);
  await window.page.getByRole("banner").getByRole("link", { name: "Workflows" }).click();
  await window.page.getByRole("link", { name: "Demo: GitHub pushes" }).waitFor();
  assert.match(window.page.url(), /\/console\/projects\/[a-z0-9]{12}\/workflows$/);
  await window.check("the workflows");
  await window.close();
});

test("where the browser keeps nothing, the console works, and a choice holds as long as the page", async () => {
  const window = await openWindow();
  const { page } = window;
  await page.addInitScript(() => {
    const get = () => {
      throw new DOMException("Access is denied for this document.", "SecurityError");
    };
    Object.defineProperty(globalThis, "localStorage", { get });
  });
  await window.go();
  const toggle = page.getByRole("button", { name: "Open or fold the rail", expanded: false });
  await toggle.click();
  await toggle.waitFor({ state: "detached" });
  await window.close();
});

test("a workflow is exported as a file, and what is wrong is told on the page", async () => {
  const window = await openWindow();
  const { page } = window;
  const path = `/projects/${await newProject()}/workflows`;
  const { id } = (await program.call("POST", path, { name: "Orders", options: { cells: [] } })).data;
  await window.go(path);
  const ask = () => page.getByLabel("What to do with Orders").click();
  const choose = () => page.getByRole("menuitem", { name: "Export" }).click();
  await ask();
  const [file] = await Promise.all([page.waitForEvent("download"), choose()]);
  assert.equal(file.suggestedFilename(), `${id}.json`);
  assert.equal(readFileSync(await file.path(), "utf8"), await program.text(`${path}/${id}/export`));
  await ask();
  await program.call("DELETE", `${path}/${id}`);
  await choose();
  await page.getByRole("alert").waitFor();
  assert.ok(page.url().endsWith(`/console${path}`));
  await window.close();
});

test("every place of the rail shows a page, by mouse and by address", async () => {
  const window = await openWindow();
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
