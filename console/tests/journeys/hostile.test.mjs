// Names and payloads of people who mean no good are text, wherever they are shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { start } from "../program.mjs";

const EVIL = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
const ID = "9007199254740993";
const RTL = "‮שלום 😀 ";

let program;
let browser;
let path;
before(async () => {
  [program, browser] = await Promise.all([start({ demo: false }), open()]);
  const project = (await program.call("POST", "/projects", { name: EVIL.slice(0, 100) })).data.id;
  const cells = [
    { id: "start", type: "agent", agent_type: "manual", name: EVIL, config: {}, position: { x: 0, y: 0 } },
    {
      id: "shape",
      type: "agent",
      agent_type: "event_formatting",
      name: RTL.repeat(8),
      config: { mode: "merge", instructions: { [EVIL]: "{{ text }}" } },
      position: { x: 320, y: 0 },
    },
    { id: "link", type: "link", source: { id: "start" }, target: { id: "shape" } },
  ];
  const made = await program.call("POST", `/projects/${project}/workflows`, { name: EVIL, options: { cells } });
  path = `/projects/${project}/workflows/${made.data.id}`;
  await program.call("POST", `${path}/start`, {});
  const payload = { id: 0, text: EVIL, [EVIL]: RTL, 'a"b': 1, event: 2, long: "x".repeat(200_000) };
  // More digits than JavaScript keeps.
  const body = JSON.stringify({ payload }).replace('"id":0', `"id":${ID}`);
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${program.url}/api/v1${path}/agents/start/events`, { method: "POST", headers, body });
  const event = await answer.json();
  path = { workflow: path, run: `${path}/runs/${event.data.run_id}` };
});
after(async () => {
  await browser.close();
  await program.stop();
});

/** Whether the text is on the page, or in one of its fields. */
function isShown() {
  const fields = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
  return [document.body.innerText, ...fields].some((text) => text.includes("onerror"));
}

test("hostile names and payloads are shown as text on every page", async () => {
  const window = await browser.window({ url: program.url });
  const { page } = window;
  const project = path.workflow.split("/workflows")[0];
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
  const window = await browser.window({ url: program.url });
  const { page } = window;
  await window.go(path.run);
  await page
    .getByRole("treeitem", { name: `id: ${ID}` })
    .first()
    .waitFor();
  const project = path.workflow.match(/projects\/\w+/)[0];
  const payload = { 'a"b': 1, event: 2 };
  for (const [name, value] of Object.entries(payload)) {
    await page
      .getByRole("treeitem", { name: `${name}: ${value}` })
      .first()
      .focus();
    await page.keyboard.press("p");
    const template = await page.evaluate(() => navigator.clipboard.readText());
    const made = await program.call("POST", `/${project}/templates/preview`, { template, payload });
    assert.equal(String(made.data.result), String(value), template);
  }
  await window.close();
});
