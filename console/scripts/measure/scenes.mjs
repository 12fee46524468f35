// What is measured. Each scene opens a page of its own, and gives numbers by the names that the table shows.
import { open } from "./page.mjs";

const NODE = ".react-flow__node .node";

/** Moves the mouse in small steps there and back, as a hand does; gives how many steps that were. */
async function wander(page, x, y, steps = 60) {
  for (let at = 1; at <= steps; at++) {
    await page.mouse.move(
      x + 120 * Math.sin((at / steps) * 2 * Math.PI),
      y + 60 * Math.sin((at / steps) * 4 * Math.PI),
    );
  }
  return steps;
}

async function firstView(browser, { editor, demo }) {
  const numbers = {};
  for (const slow of [1, 4]) {
    const { page, shown, firstPaint, close } = await open(browser, { slow, selectors: { node: NODE } });
    await page.goto(editor(demo));
    const node = await shown("node");
    const name = slow === 1 ? "demo" : "demo, CPU 4 times slower";
    numbers[`${name}: first paint, ms`] = await firstPaint();
    numbers[`${name}: nodes, ms`] = node;
    await close();
  }
  return numbers;
}

async function large(browser, { editor, data }) {
  const scene = await open(browser, { selectors: { node: NODE } });
  const { page, shown, work, frames, metrics, close } = scene;
  await page.goto(editor(data.project, data.ids.Large));
  const numbers = { "300 agents: nodes, ms": await shown("node") };
  await page.waitForTimeout(1500);
  numbers["300 agents: work to open, ms"] = (await metrics()).TaskDuration * 1000;
  numbers["300 agents: elements"] = await page.evaluate(() => document.getElementsByTagName("*").length);
  const drag = async (what) => {
    const box = await page.locator(`${NODE} >> visible=true`).nth(0).evaluate(middleOfSome, NODE);
    await page.mouse.move(box.x, box.y);
    await page.mouse.down();
    await page.mouse.move(box.x + 8, box.y);
    let steps = 0;
    let rate = 0;
    const spent = await work(async () => {
      rate = await frames(async () => {
        steps = await wander(page, box.x, box.y);
      });
    });
    numbers[`300 agents: drag, ${what}: work of a step, ms`] = spent / steps;
    numbers[`300 agents: drag, ${what}: frames/s`] = rate;
    await page.mouse.up();
    await page.keyboard.press("Control+z");
  };
  await drag("all in view");
  numbers["300 agents: select, ms"] = await work(() => page.locator(".react-flow__node").nth(40).click());
  numbers["300 agents: disable, ms"] = await work(() => page.keyboard.press("d"));
  numbers["300 agents: undo, ms"] = await work(() => page.keyboard.press("Control+z"));
  await page.waitForTimeout(1500);
  const field = page.locator(".editor-panel input, .editor-panel textarea").first();
  await field.focus();
  const typed = 10;
  numbers["300 agents: a letter typed, ms"] =
    (await work(() => page.keyboard.type("abcdefghij".slice(0, typed), { delay: 20 }))) / typed;
  await page.keyboard.press("Escape");
  await page.mouse.move(700, 450);
  numbers["300 agents: zoom, frames/s"] = await frames(async () => {
    for (let at = 0; at < 24; at++) await page.mouse.wheel(0, -80);
  });
  await page.waitForTimeout(500);
  await drag("zoomed in");
  await page.mouse.move(700, 820);
  await page.mouse.down();
  let steps = 0;
  const spent = await work(async () => {
    numbers["300 agents: pan, frames/s"] = await frames(async () => {
      steps = await wander(page, 700, 820);
    });
  });
  numbers["300 agents: pan: work of a step, ms"] = spent / steps;
  await page.mouse.up();
  await close();
  return numbers;
}

/** The middle of a node that stands well inside the canvas. */
function middleOfSome(_, selector) {
  const ground = document.querySelector(".graph").getBoundingClientRect();
  const boxes = [...document.querySelectorAll(selector)].map((node) => node.getBoundingClientRect());
  const [x, y] = [ground.x + ground.width / 2, ground.y + ground.height / 2];
  const far = (box) => Math.hypot(box.x + box.width / 2 - x, box.y + 12 - y);
  const box = boxes.sort((a, b) => far(a) - far(b))[0];
  return { x: box.x + box.width / 2, y: box.y + Math.min(24, box.height / 3) };
}

/** What an open page asks in half a minute when nothing happens; and what it keeps after 300 rounds of polls. */
async function idle(browser, { editor, data }) {
  const { page, asked, heap, close } = await open(browser);
  await page.clock.install();
  await page.goto(editor(data.project, data.ids.Large));
  await page.locator(NODE).first().waitFor();
  const rounds = async (count) => {
    for (let at = 0; at < count; at++) {
      await page.clock.runFor(2000);
      await page.waitForLoadState("networkidle").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  await rounds(30);
  const before = { ...asked };
  const heapBefore = await heap();
  await rounds(30);
  const numbers = {
    "idle editor: requests in a minute": asked.requests - before.requests,
    "idle editor: kB in a minute": (asked.bytes - before.bytes) / 1000,
  };
  await rounds(270);
  numbers["idle editor: heap, MB"] = heapBefore;
  numbers["idle editor: heap after 300 polls more, MB"] = await heap();
  await close();
  return numbers;
}

async function run(browser, { url, data }) {
  const base = `${url}/console/projects/${data.project}/workflows`;
  const { page, shown, work, frames, metrics, close } = await open(browser, {
    selectors: { rows: ".run-steps :is(.list-row, .step-row)", graph: NODE },
  });
  await page.goto(`${base}/${data.ids["Long run"]}/runs/${data.longRun}`);
  const numbers = { "10,000 events: first rows, ms": await shown("rows") };
  await page.waitForFunction(() => !document.querySelector(".run-views")?.textContent.includes("so far"));
  numbers["10,000 events: all read, ms"] = await page.evaluate(() => performance.now());
  await shown("graph");
  await page.waitForTimeout(500);
  numbers["10,000 events: work until then, ms"] = (await metrics()).TaskDuration * 1000;
  const view = (name) => work(() => page.getByRole("button", { name, exact: true }).click());
  numbers["10,000 events: to the tree, ms"] = await view("Tree");
  numbers["10,000 events: to the timeline, ms"] = await view("Timeline");
  numbers["10,000 events: next row by key, ms"] =
    (await (async () => {
      await page.locator(".steps").focus();
      return work(async () => {
        for (let at = 0; at < 10; at++) await page.keyboard.press("ArrowDown");
      });
    })()) / 10;
  const box = await page.locator(".virtual").boundingBox();
  await page.mouse.move(box.x + 100, box.y + 200);
  const spent = await work(async () => {
    numbers["10,000 events: scroll, frames/s"] = await frames(async () => {
      for (let at = 0; at < 60; at++) await page.mouse.wheel(0, 240);
    });
  });
  numbers["10,000 events: work of a scroll step, ms"] = spent / 60;
  numbers["10,000 events: to the sums, ms"] = await view("By agent");
  numbers["10,000 events: graph off and on, ms"] = (await view("Graph")) + (await view("Graph"));
  await close();
  return numbers;
}

async function lists(browser, { url, data }) {
  const numbers = {};
  const base = `${url}/console/projects/${data.project}`;
  for (const [name, path, selector] of [
    ["200 runs", "/runs", ".list-row"],
    ["1,000 failures", "/failures", ".list-row, .failures-group, main section"],
  ]) {
    const { page, shown, metrics, close } = await open(browser, { selectors: { rows: selector } });
    await page.goto(base + path);
    numbers[`${name}: rows, ms`] = await shown("rows");
    await page.waitForTimeout(1000);
    numbers[`${name}: work, ms`] = (await metrics()).TaskDuration * 1000;
    await close();
  }
  return numbers;
}

/** Payloads of 200 KB with a list of 1,000, and names of 80 characters. */
async function ugly(browser, { url, editor, data }) {
  const numbers = {};
  const heavy = await open(browser, { selectors: { payload: ".payload-line" } });
  await heavy.page.goto(
    `${url}/console/projects/${data.project}/workflows/${data.ids["Heavy run"]}/runs/${data.heavyRun}`,
  );
  numbers["2 MB run: payload, ms"] = await heavy.shown("payload");
  await heavy.page.waitForTimeout(1000);
  numbers["2 MB run: work, ms"] = (await heavy.metrics()).TaskDuration * 1000;
  const list = heavy.page.locator(".payload-inner .payload-more").first();
  numbers["2 MB run: more of a list of 1,000, ms"] = await heavy.work(() => list.click());
  await heavy.close();
  const names = await open(browser, { selectors: { node: NODE } });
  await names.page.goto(editor(data.project, data.ids["Ugly names"]));
  numbers["60 long names: nodes, ms"] = await names.shown("node");
  await names.close();
  return numbers;
}

export const SCENES = { firstView, large, run, lists, ugly, idle };
