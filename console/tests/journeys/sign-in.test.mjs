// Where keys are required: a wrong key is told, a good one opens its project, each role sees what it may do, and who signs out is asked again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { start } from "../program.mjs";

let program;
let browser;
let project;
const keys = {};
before(async () => {
  [program, browser] = await Promise.all([start({ auth: "required", demo: false }), open()]);
  project = (await program.call("POST", "/projects", { name: "Shop" })).data.id;
  await program.call("POST", `/projects/${project}/workflows`, { name: "Orders", options: { cells: [] } });
  for (const role of ["viewer", "editor", "owner"]) {
    keys[role] = (await program.call("POST", `/projects/${project}/api_keys`, { name: role, role })).data.key;
  }
});
after(async () => {
  await browser.close();
  await program.stop();
});

async function signedIn(key) {
  const window = await browser.window({ url: program.url });
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
