// A scheduler is drawn beside what it checks, from the canvas to the check.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, find, isSaved, link, made, node } from "../canvas.mjs";
import { journeys, newProject, openWindow, program, until } from "../journey.mjs";

journeys({ demo: false });

const CELLS = `{"cells":[
  {"id":"clock","type":"agent","agent_type":"scheduler","name":"Each second","position":{"x":40,"y":160},"config":{"schedule":"* * * * * * Europe/Paris"}},
  {"id":"hand","type":"agent","agent_type":"manual","name":"By hand","position":{"x":440,"y":160},"config":{"payload":{"n":1}}}
]}`;

test("what is controlled is drawn, undone, drawn again, started, and checked", async () => {
  const path = await made(program, await newProject(), "Controlled", CELLS);
  const window = await openWindow();
  const { page } = window;
  await window.go(path);
  await node(page, "clock").waitFor();
  await find(page, "Each second");
  await link(page, "controls", "By hand");
  const line = page.locator(".react-flow__edge-path.is-control");
  await line.waitFor({ state: "attached" });
  assert.match(await line.evaluate((shown) => getComputedStyle(shown).strokeDasharray), /\d+px, \d+px/);
  await isSaved(page);
  const drawn = await bytesOf(program, path);
  const [, , control] = JSON.parse(drawn).cells;
  assert.deepEqual(control, {
    id: control.id,
    type: "control_link",
    source: { id: "clock" },
    target: { id: "hand" },
  });
  await page.keyboard.press("Control+z");
  await line.waitFor({ state: "detached" });
  await isSaved(page);
  await until("it is undone", async () => (await bytesOf(program, path)) === CELLS);
  await page.keyboard.press("Control+Shift+z");
  await line.waitFor({ state: "attached" });
  await isSaved(page);
  await until("it is done again", async () => (await bytesOf(program, path)) === drawn);
  await program.call("POST", `${path}/start`, {});
  const events = await until("the target is checked", async () => {
    const { data } = await program.call("GET", `${path}/events?agent=hand`);
    return data.length > 0 && data;
  });
  assert.deepEqual(events[0].payload, { n: 1 });
  await window.close();
});
