// Somebody says what workflows are for, tags them, and starts and stops those of a tag together.
import assert from "node:assert/strict";
import { test } from "node:test";
import { agent } from "../cells.mjs";
import { journeys, newProject, openWindow, program } from "../journey.mjs";

let project;
journeys({ demo: false }, async () => {
  project = await newProject();
  for (const [name, type] of [
    ["Orders", "manual"],
    ["Broken", "nothing"],
    ["Other", "manual"],
  ]) {
    await program.call("POST", `/projects/${project}/workflows`, {
      name,
      options: { cells: [agent("a", type, [0, 0])] },
    });
  }
});

test("workflows are tagged, found by their tag, started together, and copied", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(`/projects/${project}/workflows`);
  const list = page.getByRole("table", { name: "Workflows" });
  for (const name of ["Orders", "Broken"]) {
    await page.getByRole("button", { name: `What to do with ${name}` }).click();
    await page.getByRole("menuitem", { name: "About…" }).click();
    const dialog = page.getByRole("dialog", { name: `About “${name}”` });
    await dialog.getByLabel("What it is for").fill("Runs at night.");
    await dialog.getByLabel("Tags").fill("night, shop");
    await window.check("about a workflow");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  }
  await list.getByRole("link", { name: "night" }).first().click();
  await page.getByRole("button", { name: "Start all" }).waitFor();
  await list.getByText("Other").waitFor({ state: "detached" });
  assert.equal(await list.locator("[data-row]").count(), 2);
  await page.getByRole("button", { name: "Start all" }).click();
  await page.getByText("Left as they were, since they have errors: Broken.").waitFor();
  await list.getByText("active").waitFor();
  await window.check("workflows of a tag");
  await page.getByRole("button", { name: "Stop all" }).click();
  await list.getByText("stopped").waitFor();
  await page.getByRole("button", { name: "Show every workflow" }).click();
  await list.getByText("Other").waitFor();
  await page.getByRole("button", { name: "What to do with Orders" }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await list.getByText("Orders (copy)").waitFor();
  await window.close();
});
