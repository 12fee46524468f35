// What was written is kept: while the network is away, when the session is over, when somebody else deletes the workflow; and whoever signs in
// for another project sees nothing of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isSaved } from "../canvas.mjs";
import { agent } from "../cells.mjs";
import { journeys, newProject, openWindow, program } from "../journey.mjs";

journeys({ auth: "required", demo: false });

/** A project with a workflow, and the key of an editor. */
async function made() {
  const project = await newProject();
  const options = { cells: [agent("a", "manual", [0, 0]), agent("b", "manual", [300, 0])] };
  const path = `/projects/${project}/workflows`;
  const workflow = (await program.call("POST", path, { name: "Orders", options })).data.id;
  const { key } = (await program.call("POST", `/projects/${project}/api_keys`, { name: "me", role: "editor" })).data;
  const first = async () => (await program.call("GET", `${path}/${workflow}`)).data.options.cells[0].name;
  return { project, key, path: `${path}/${workflow}`, first };
}

async function signIn(page, key) {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The editor, with the panel of the first agent open. */
async function editor(given) {
  const window = await openWindow();
  await window.go(`${given.path}?cell=a`);
  await signIn(window.page, given.key);
  await window.page.getByLabel("Name of the agent").waitFor();
  return window;
}

test("the network is away for a while", async () => {
  const given = await made();
  const window = await editor(given);
  const { page } = window;
  await page.context().setOffline(true);
  await page.getByLabel("Name of the agent").fill("away");
  await page.getByText("Not saved").waitFor();
  // Whoever looks elsewhere meanwhile and comes back finds it as it was.
  await page.getByLabel("Places").getByTitle("Failures").click();
  await page.getByLabel("Name of the agent").waitFor({ state: "hidden" });
  await page.goBack();
  await page.locator(".node-name", { hasText: "away" }).waitFor();
  await window.check("an editor that could not save");
  await page.context().setOffline(false);
  await isSaved(page);
  assert.equal(await given.first(), "away");
  await window.close();
});

test("the session is over in the midst of it", async () => {
  const given = await made();
  const window = await editor(given);
  const { page } = window;
  await page.getByLabel("Name of the agent").fill("before");
  await isSaved(page);
  await page.context().clearCookies();
  await page.getByLabel("Name of the agent").fill("after");
  await page.getByText("Your session is over").waitFor();
  assert.equal(await page.locator(".node-name").first().isVisible(), false);
  await window.check("the sign-in, with a page behind it");
  await signIn(page, given.key);
  await page.locator(".node-name", { hasText: "after" }).waitFor();
  await isSaved(page);
  assert.equal(await given.first(), "after");
  assert.equal(await page.getByLabel("Undo (Ctrl+Z)").isEnabled(), true);
  await window.close();
});

test("whoever signs in for another project sees nothing of it, and signing out ends all tabs", async () => {
  const [given, other] = [await made(), await made()];
  const window = await editor(given);
  const { page } = window;
  await page.getByLabel("Name of the agent").fill("private");
  await isSaved(page);
  await page.context().clearCookies();
  await page.getByText("Your session is over").waitFor();
  await signIn(page, other.key);
  await page.getByText("There is no such project").waitFor();
  assert.ok(!(await page.content()).includes("private"));
  const tab = await page.context().newPage();
  await tab.goto(`${program.url}/console/projects/${other.project}/settings/console`);
  await tab.getByRole("button", { name: "Sign out" }).click();
  await Promise.all([page, tab].map((each) => each.getByLabel("API key").waitFor()));
  await window.close();
});

test("somebody else deletes the workflow", async () => {
  const given = await made();
  const window = await editor(given);
  const { page } = window;
  await program.call("DELETE", given.path);
  await page.getByText("Deleted elsewhere").waitFor();
  await page.getByLabel("Name of the agent").fill("kept");
  await window.check("a workflow that is gone");
  await page.getByRole("button", { name: "Keep it as a new one" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(given.path) && /workflows\/\w+$/.test(url.pathname));
  await page.locator(".node-name", { hasText: "kept" }).waitFor();
  await isSaved(page);
  await window.close();
});

test("starting takes nothing of the way back", async () => {
  const given = await made();
  const window = await editor(given);
  const { page } = window;
  await page.getByLabel("Name of the agent").fill("new");
  await isSaved(page);
  await page.getByRole("button", { name: "Start", exact: true }).first().click();
  await page.getByLabel("Start", { exact: true }).getByRole("button", { name: "Start" }).click();
  await page.getByText("active").first().waitFor();
  await page.getByRole("button", { name: "Undo (Ctrl+Z)" }).click();
  await page.locator(".node-name", { hasText: /^a$/ }).waitFor();
  await window.close();
});
