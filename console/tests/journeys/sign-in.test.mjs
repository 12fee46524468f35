// Where keys are required: a wrong key is told, a good one opens its project, each role sees what it may do, and who signs out is asked again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { journeys, newProject, openWindow, program } from "../journey.mjs";

let project;
const keys = {};
journeys({ auth: "required", demo: false }, async () => {
  project = await newProject();
  await program.call("POST", `/projects/${project}/workflows`, { name: "Orders", options: { cells: [] } });
  for (const role of ["viewer", "editor", "owner"]) {
    keys[role] = (await program.call("POST", `/projects/${project}/api_keys`, { name: role, role })).data.key;
  }
});

async function signedIn(key) {
  const window = await openWindow();
  await window.page.goto(program.url);
  await window.page.getByLabel("API key").fill(key);
  await window.page.getByRole("button", { name: "Sign in" }).click();
  return window;
}

test("a key that is none is told, and nothing is kept", async () => {
  const window = await signedIn("rk_this_is_no_key_of_anybody_at_all_000000");
  await window.page.getByRole("alert").waitFor();
  await window.check("a refused key");
  assert.equal((await window.page.context().cookies()).length, 0);
  await window.close();
});

test("each role sees the buttons that would not be refused", async () => {
  for (const role of ["viewer", "editor", "owner"]) {
    const window = await signedIn(keys[role]);
    const { page } = window;
    await page.getByRole("link", { name: "Orders" }).waitFor();
    const buttons = await page.getByRole("button", { name: "New workflow" }).count();
    assert.equal(buttons, role === "viewer" ? 0 : 1, role);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    assert.ok(!kept.includes("rk_"), "no key is kept where scripts can read it");
    assert.ok(!page.url().includes("rk_"), "no key is in the address");
    await page.getByRole("link", { name: "Orders" }).click();
    await page.locator("main, .react-flow").first().waitFor();
    await window.check(`the editor of a ${role}`);
    await window.close();
  }
});
