// Names and payloads of people who mean no good are text, wherever they are shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { start } from "../program.mjs";

const EVIL = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
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
  const payload = { text: EVIL, [EVIL]: RTL, long: "x".repeat(200_000) };
  const event = await program.call("POST", `${path}/agents/start/events`, { payload });
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
