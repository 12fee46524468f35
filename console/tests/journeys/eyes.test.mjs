// For eyes that need more: enlarged twice on a small screen, a page is 640 pixels wide, and nothing on it is out of reach; where the system forces
// its own colours, what is told by a background or a shadow is still told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { node } from "../canvas.mjs";
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

async function demo() {
  const { id } = (await program.call("GET", "/projects")).data.find(({ name }) => name === "Demo");
  const [workflow] = (await program.call("GET", `/projects/${id}/workflows`)).data;
  return { base: `/projects/${id}`, canvas: `/projects/${id}/workflows/${workflow.id}` };
}

test("what is enlarged twice stays within reach", async () => {
  const { base, canvas } = await demo();
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

test("in forced colours, agents have an edge, their states a shape, and what is chosen is marked", async () => {
  const window = await openWindow();
  const { page } = window;
  await page.emulateMedia({ forcedColors: "active" });
  await window.go(`${(await demo()).canvas}?cell=sink`);
  await page.getByRole("tab", { name: "Configure", selected: true }).waitFor();
  const look = (locator, name) => locator.evaluate((element, name) => getComputedStyle(element)[name], name);
  const [sink, feed] = ["sink", "feed"].map((id) => node(page, id).locator(".node"));
  assert.equal(await look(feed, "outlineStyle"), "solid");
  assert.notEqual(await look(sink, "outlineColor"), await look(feed, "outlineColor"));
  const dot = page.locator(".state > .dot.green").first();
  assert.notEqual(await look(dot, "backgroundColor"), await look(page.locator("body"), "backgroundColor"));
  const [chosen, other] = ["Configure", "Try"].map((name) => page.getByRole("tab", { name }));
  assert.notEqual(await look(chosen, "borderBottomColor"), await look(other, "borderBottomColor"));
  const place = page.locator(`.rail-item[aria-current="page"]`);
  assert.equal(await look(place, "outlineStyle"), "solid");
  await window.close();
});
