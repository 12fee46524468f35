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

test("its run shows the way that it took", async () => {
  const [demo] = (await program.call("GET", "/projects")).data.filter(({ name }) => name === "Demo");
  const [workflow] = (await program.call("GET", `/projects/${demo.id}/workflows`)).data;
  const window = await openWindow();
  const { page } = window;
  await window.go(`/projects/${demo.id}/workflows/${workflow.id}/runs`);
  await page.getByRole("table").getByRole("row").nth(1).click();
  await page.getByText("Tell the sink").first().click();
  await page.getByText("received", { exact: false }).first().waitFor();
  await window.check("a run");
  await window.close();
});
