// A page that is measured: how long until something is shown, how much work the main thread had, how many frames were drawn, and what was
// asked of the server. Work is counted in the thread's own time, so that other programs on the machine do not count.

/** Notes the moment at which each selector was first shown, and counts frames. */
const watch = (selectors) => {
  const shown = {};
  globalThis.measured = { shown, frames: [], counts: false };
  const tick = () => {
    for (const [name, selector] of Object.entries(selectors)) {
      const found = name in shown ? undefined : document.querySelector(selector);
      if (found && getComputedStyle(found).visibility === "visible") shown[name] = performance.now();
    }
    if (globalThis.measured.counts) globalThis.measured.frames.push(performance.now());
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
};

export async function open(browser, { slow = 1, selectors = {}, width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.addInitScript(watch, selectors);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await cdp.send("Network.enable");
  if (slow !== 1) await cdp.send("Emulation.setCPUThrottlingRate", { rate: slow });
  const asked = { requests: 0, bytes: 0 };
  cdp.on("Network.requestWillBeSent", ({ request }) => request.url.includes("/api/") && asked.requests++);
  cdp.on("Network.dataReceived", ({ dataLength }) => {
    asked.bytes += dataLength;
  });
  const metrics = async () => {
    const { metrics: all } = await cdp.send("Performance.getMetrics");
    return Object.fromEntries(all.map(({ name, value }) => [name, value]));
  };
  const settle = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  return {
    page,
    cdp,
    asked,
    metrics,
    /** Milliseconds of work of the main thread while something is done, until it is drawn. */
    async work(act) {
      const before = await metrics();
      await act();
      await settle();
      const after = await metrics();
      return (after.TaskDuration - before.TaskDuration) * 1000;
    },
    /** Frames in a second while something is done. */
    async frames(act) {
      await page.evaluate(() => Object.assign(globalThis.measured, { frames: [], counts: true }));
      await act();
      const times = await page.evaluate(() => Object.assign(globalThis.measured, { counts: false }).frames);
      return ((times.length - 1) * 1000) / (times.at(-1) - times[0]);
    },
    /** When a selector of `selectors` was first shown, after the page was asked for. */
    async shown(name) {
      await page.waitForFunction((name) => globalThis.measured.shown[name] !== undefined, name, { polling: 50 });
      return page.evaluate((name) => globalThis.measured.shown[name], name);
    },
    firstPaint: () => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime),
    async heap() {
      await cdp.send("HeapProfiler.collectGarbage");
      return (await metrics()).JSHeapUsedSize / 1e6;
    },
    close: () => context.close(),
  };
}
