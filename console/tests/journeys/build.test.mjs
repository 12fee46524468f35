// Windows and tabs that change one canvas lose nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { add, find, isSaved, made, nodes } from "../canvas.mjs";
import { agent } from "../cells.mjs";
import { journeys, newProject, openWindow, program, until } from "../journey.mjs";

journeys({ demo: false });

const saved = async (path) => (await program.call("GET", path)).data;

test("what two windows change is shown on both sides, and nothing is lost", async () => {
  const cells = [agent("in", "webhook", [0, 0], {}, "Orders in")];
  const path = await made(program, await newProject(), "Orders", JSON.stringify({ cells }));
  const window = await openWindow();
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

/** Runs in a page before all else: a way to hide its tab, and to show it again. */
function hideable() {
  let state = "visible";
  Object.defineProperty(document, "visibilityState", { get: () => state });
  globalThis.become = (next) => {
    state = next;
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

test("of many tabs, the hidden ask nothing; what one saves the others tell; what all do at once is lost in none", async () => {
  const names = ["one", "two", "three", "four", "five"];
  const cells = names.map((name, at) => agent(name, "manual", [at * 240, 0]));
  const path = await made(program, await newProject(), "Orders", JSON.stringify({ cells }));
  const window = await openWindow();
  const context = window.page.context();
  await context.addInitScript(hideable);
  const tabs = await Promise.all(names.map(() => context.newPage()));
  const asked = [];
  for (const [at, tab] of tabs.entries()) {
    tab.on("request", (request) => at > 0 && /\/api\//.test(request.url()) && asked.push(request.url()));
    await tab.goto(`${program.url}/console${path}`);
    await nodes(tab).nth(4).waitFor();
  }
  const [first, ...others] = tabs;
  const become = (state) => Promise.all(others.map((tab) => tab.evaluate((next) => globalThis.become(next), state)));
  await become("hidden");
  await first.waitForTimeout(1000);
  asked.length = 0;
  await find(first, "one");
  await first.keyboard.press("d");
  await isSaved(first);
  await until("it is saved", async () => (await saved(path)).version === 2);
  await first.waitForTimeout(4000);
  assert.deepEqual(asked, [], "hidden tabs ask nothing");
  await become("visible");
  for (const tab of others) {
    await tab.getByRole("button", { name: "Show v2" }).click();
    await tab.getByText("v2 · saved").waitFor();
  }
  // All move a cell at once. One saves first; each other one saves its own beside what is there.
  for (const [at, tab] of tabs.entries()) await find(tab, names[at]);
  await Promise.all(tabs.map((tab) => tab.keyboard.press("Shift+ArrowDown")));
  // Who has nothing left to save says so, or offers what another one saved since.
  const isDone = (tab) =>
    tab
      .locator(".bar-saved", { hasText: "saved" })
      .or(tab.getByText(/^Show v/))
      .isVisible();
  for (const tab of tabs) {
    const save = tab.getByRole("button", { name: "Save this" });
    await until("it is saved", async () => {
      if (await save.isVisible()) await save.click({ timeout: 2000 }).catch(() => {});
      return isDone(tab);
    });
  }
  const moved = (await saved(path)).options.cells.map(({ position }) => position.y);
  assert.deepEqual(moved, [40, 40, 40, 40, 40]);
  await window.close();
});
