// Names and payloads of people who mean no good are text, wherever they are shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { made } from "../canvas.mjs";
import { agent, link } from "../cells.mjs";
import { journeys, newProject, openWindow, program } from "../journey.mjs";

const EVIL = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
const ID = "9007199254740993";
const RTL = "‮שלום 😀 ";

/** Of the project, of its workflow, and of its run. */
let path;
journeys({ demo: false }, async () => {
  const project = await newProject(EVIL.slice(0, 100));
  const cells = [
    agent("start", "manual", [0, 0], {}, EVIL),
    agent(
      "shape",
      "event_formatting",
      [320, 0],
      { mode: "merge", instructions: { [EVIL]: "{{ text }}" } },
      RTL.repeat(8),
    ),
    link("start", "shape"),
  ];
  const workflow = await made(program, project, EVIL, JSON.stringify({ cells }));
  await program.call("POST", `${workflow}/start`, {});
  const payload = { id: 0, text: EVIL, [EVIL]: RTL, 'a"b': 1, event: 2, long: "x".repeat(200_000) };
  // More digits than JavaScript keeps.
  const body = JSON.stringify({ payload }).replace('"id":0', `"id":${ID}`);
  const event = await program.call("POST", `${workflow}/agents/start/events`, body);
  path = { project: `/projects/${project}`, workflow, run: `${workflow}/runs/${event.data.run_id}` };
});

/** Whether the text is on the page, or in one of its fields. */
function isShown() {
  const fields = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not shown.
  return [document.body.innerText, ...fields].some((text) => text.includes("onerror"));
}

test("hostile names and payloads are shown as text on every page", async () => {
  const window = await openWindow();
  const { page } = window;
  const { project } = path;
  const pages = [
    `${project}/workflows`,
    path.workflow,
    `${path.workflow}?cell=shape`,
    `${path.workflow}/runs`,
    path.run,
  ];
  for (const at of [...pages, `${project}/settings`]) {
    await window.go(at);
    await page.waitForFunction(isShown);
    assert.equal(await page.evaluate(() => globalThis.hit), undefined, at);
    assert.equal(await page.locator("img").count(), 0, at);
    await window.check(at);
  }
  await window.close();
});

test("a payload is shown with all digits, and its paths are copied as templates take them", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(path.run);
  await page
    .getByRole("treeitem", { name: `id: ${ID}` })
    .first()
    .waitFor();
  const payload = { 'a"b': 1, event: 2 };
  for (const [name, value] of Object.entries(payload)) {
    await page
      .getByRole("treeitem", { name: `${name}: ${value}` })
      .first()
      .focus();
    await page.keyboard.press("p");
    const template = await page.evaluate(() => navigator.clipboard.readText());
    const shown = await program.call("POST", `${path.project}/templates/preview`, { template, payload });
    assert.equal(String(shown.data.result), String(value), template);
  }
  await window.close();
});
