// A browser that watches over what holds on every page: no request leaves the origin, nothing is refused by the policy for content, no error
// is thrown, and axe finds nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function open() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return { browser, window: (options) => window(browser, options), close: () => browser.close() };
}

/** A window of its own, with cookies and a clipboard of its own. */
async function window(browser, { url, dark = false, width = 1440, height = 900 }) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await context.addInitScript({ content: axe });
  if (process.env.CONSOLE_DIST) await serve(context, process.env.CONSOLE_DIST);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults = [];
  const origin = new URL(url).origin;
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) {
      faults.push(`a request to ${request.url()}`);
    }
  });
  page.on("pageerror", (error) => faults.push(`an error: ${error.message}`));
  page.on("console", (message) => {
    // Answers that refuse are shown by the page; the browser tells of them as well.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      faults.push(message.text());
  });
  return {
    page,
    /** Goes to a page of the console. */
    go: (path = "") => page.goto(`${url}/console${path}`),
    /** Fails if anything is wrong with the page as it is shown now, in light and dark. */
    async check(what) {
      for (const colorScheme of dark ? ["dark"] : ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        const told = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join("\n  ")}`,
        );
        assert.deepEqual(told, [], `${what}, ${colorScheme}`);
      }
      await page.emulateMedia({ colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
    },
    /** Fails if anything went wrong since the window was opened. */
    async close() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

const REFRESH = `<!doctype html><meta http-equiv="refresh" content="0; url=/console/">`;
const KINDS = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Shows the console of a folder in place of the one that the program was built with, by the program's own policy for content. */
async function serve(context, dist) {
  await context.route(/^[^/]+\/\/[^/]+\/(console(\/.*)?)?$/, async (route) => {
    const { pathname } = new URL(route.request().url());
    // A request that another one led to is not asked about: this one is made anew.
    if (pathname === "/" || pathname === "/console") return route.fulfill({ contentType: "text/html", body: REFRESH });
    const asset = pathname.match(/^\/console\/(assets\/.*|rook\.svg)$/)?.[1];
    if (asset) {
      const contentType = KINDS[/\.\w+$/.exec(asset)?.[0] ?? ""] ?? "application/octet-stream";
      return route.fulfill({ contentType, body: readFileSync(join(dist, asset)) });
    }
    const answer = await route.fetch();
    return route.fulfill({ response: answer, body: readFileSync(join(dist, "index.html")) });
  });
}
