// A page that the browser enlarges twice, on a small screen, is 640 pixels wide: nothing on it is out of reach.
import assert from "node:assert/strict";
import { test } from "node:test";
import { journeys, openWindow, program } from "../journey.mjs";

journeys();

/** Runs in the page: the controls that no scrolling brings into view. */
function outOfReach() {
  const scrolls = (element, axis) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(box)[`overflow${axis}`])) {
        if (axis === "X" ? box.scrollWidth > box.clientWidth : box.scrollHeight > box.clientHeight) return true;
      }
    }
    return false;
  };
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((element) => element.checkVisibility() && !element.closest(".react-flow__viewport"))
    .filter((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const isBeside = left < -1 || right > innerWidth + 1;
      const isBelow = top < -1 || bottom > innerHeight + 1;
      return (isBeside && !scrolls(element, "X")) || (isBelow && !scrolls(element, "Y"));
    })
    .map((element) => element.outerHTML.slice(0, 120));
}

test("what is enlarged twice stays within reach", async () => {
  const { id } = (await program.call("GET", "/projects")).data.find(({ name }) => name === "Demo");
  const base = `/projects/${id}`;
  const [workflow] = (await program.call("GET", `${base}/workflows`)).data;
  const canvas = `${base}/workflows/${workflow.id}`;
  const { cells } = (await program.call("GET", canvas)).data.options;
  const trigger = cells.find(({ agent_type }) => agent_type === "webhook");
  const { data: event } = await program.call("POST", `${canvas}/agents/${trigger.id}/events`, {
    payload: { ref: "main" },
  });
  await program.call("PUT", `${base}/agents/guide`, { text: "---\nmodel: demo/guide\n---\nYou guide.\n" });
  const window = await openWindow({ width: 640, height: 360 });
  const { page } = window;
  for (const path of [
    `${base}/workflows`,
    canvas,
    `${canvas}?cell=sink`,
    `${canvas}?side=versions`,
    `${canvas}?side=start`,
    `${canvas}/runs`,
    `${canvas}/runs/${event.run_id}`,
    `${canvas}/metrics`,
    ...["runs", "failures", "waiting", "agents", "agents/guide", "connections", "settings"].map(
      (at) => `${base}/${at}`,
    ),
  ]) {
    await window.go(path);
    await page.locator("main, .page").first().waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual(await page.evaluate(outOfReach), [], path);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is not wider`);
  }
  // What the bar of a canvas leads to is there, too.
  await window.go(canvas);
  await page.getByRole("banner").getByRole("button", { name: "Versions" }).click();
  await page.getByRole("complementary", { name: "Versions" }).waitFor();
  await page.getByRole("banner").getByRole("link", { name: "Runs" }).click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await window.close();
});
