// What every file of journeys has: the program and a browser, from before its first test until after its last. Node runs each file in a process
// of its own, so there is one of each.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { open } from "./browser.mjs";
import { start } from "./program.mjs";

export let program;
let browser;

/**
 * Starts both before the tests of the file, then what the file itself begins with: several `before` of a file would not wait for each other. The
 * options are the program's.
 */
export function journeys(options, begin) {
  before(async () => {
    const [started, opened] = await Promise.allSettled([start(options), open()]);
    [program, browser] = [started.value, opened.value];
    // What did start is stopped, also if the other did not.
    for (const { reason } of [started, opened]) if (reason) throw reason;
    await begin?.();
  });
  after(async () => {
    await picture();
    await browser?.close();
    await program?.stop();
  });
}

/** Takes pictures of the windows that are still open: those of tests that failed. */
async function picture() {
  const pages = browser?.browser.contexts().flatMap((context) => context.pages()) ?? [];
  for (const [at, page] of pages.entries()) {
    const path = join(tmpdir(), `rookery-journey-${process.pid}-${at}.png`);
    await page.screenshot({ path });
    console.log(`${page.url()} when it failed: ${path}`);
  }
}

/** A window of its own, onto the program. */
export const openWindow = (options) => browser.window({ url: program.url, ...options });

/** An empty project; gives its id. */
export const newProject = async (name = "Shop") => (await program.call("POST", "/projects", { name })).data.id;

/** Waits until something is true, and gives it. */
export async function until(what, ask) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`in vain: ${what}`);
}
