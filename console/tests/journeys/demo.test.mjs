// A push that comes in is seen on the canvas, in its run, and in the panel of each agent, without a reload.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { node, panel } from "../canvas.mjs";
import { journeys, openWindow, program } from "../journey.mjs";

const push = readFileSync(new URL("../../../events/github-push.json", import.meta.url));

journeys();

test("a push is counted on the canvas, and an agent shows what it got and gave", async () => {
  const window = await openWindow();
  const { page } = window;
  await page.goto(program.url);
  await node(page, "sink").waitFor();
  await window.check("the canvas before anything happened");
  const headers = { "content-type": "application/json", "x-github-event": "push" };
  const answer = await fetch(program.hook, { method: "POST", headers, body: push });
  assert.equal(answer.status, 202);
  await node(page, "sink").getByText("1 in").waitFor();
  await node(page, "sink").click();
  await panel(page).getByText("In", { exact: true }).waitFor();
  await panel(page).getByText("Out", { exact: true }).waitFor();
  await panel(page)
    .getByText(/octo-org\/rookery/)
    .first()
    .waitFor();
  assert.match(page.url(), /sink/, "what is selected is in the address");
  await window.check("the panel of an agent");
  await window.close();
});

test("what is read late moves nothing that somebody is about to click", async () => {
  const window = await openWindow();
  const { page } = window;
  // An answer that takes its time.
  for (const late of [/\/events\?/, /\/dry_run$/]) {
    await page.route(late, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
    });
  }
  await window.go((await demo()).path);
  await page.locator(`.react-flow__node[aria-label*=", Condition"]`).first().click();
  const field = panel(page).getByLabel("How to compare").first();
  await field.waitFor();
  const before = (await field.boundingBox()).y;
  await panel(page).getByText("goes on in").waitFor();
  assert.equal((await field.boundingBox()).y, before);
  await window.close();
});

/** The demo's project, and the path of its workflow. */
async function demo() {
  const { id } = (await program.call("GET", "/projects")).data.find(({ name }) => name === "Demo");
  const [workflow] = (await program.call("GET", `/projects/${id}/workflows`)).data;
  return { project: id, path: `/projects/${id}/workflows/${workflow.id}` };
}

test("its run shows the way that it took", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(`${(await demo()).path}/runs`);
  await page.getByRole("table").getByRole("row").nth(1).click();
  await page.getByText("Tell the sink").first().click();
  await page.getByText("received", { exact: false }).first().waitFor();
  await window.check("a run");
  await page.goto(`${page.url().split("?")[0]}?step=gone`);
  await page.getByText("The step of this address is not in the run.").waitFor();
  await window.close();
});

/** Makes the clock of a page wrong by so many milliseconds. */
function wrong(by) {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...parts) {
      super(...(parts.length > 0 ? parts : [Right.now() + by]));
    }
    static now = () => Right.now() + by;
  };
}

test("a computer whose clock is wrong by a day shows ages and windows by the server's", async () => {
  for (const hours of [-26, 26]) {
    const window = await openWindow();
    const { page } = window;
    await page.addInitScript(wrong, hours * 3_600_000);
    await window.go(`/projects/${(await demo()).project}/runs?window=${encodeURIComponent("1 h")}`);
    const age = page.getByRole("table").getByRole("row").nth(1).locator("time").first();
    await age.waitFor();
    assert.match(await age.textContent(), /^now$|^\d+ (s|min) ago$/);
    await window.close();
  }
});
