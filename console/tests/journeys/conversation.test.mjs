// A conversation: nothing is asked of one that has not begun, and whatever an agent says is text, is bounded, and leaves the page fluent.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { journeys, newProject, openWindow, program } from "../journey.mjs";
import { model } from "../model.mjs";

const EVIL = `<img src=x onerror="window.hit=1"><script>window.hit=1</script> \u001b[31mred\u001b[0m \u202eשלום\u202c 😀`;
const LONG = 1_000_000;
const LINES = 10_000;

function* says(asked) {
  yield `You asked: ${asked.length}. `;
  yield EVIL;
  if (asked.includes("long")) for (let at = 0; at < LONG; at += 4000) yield "x".repeat(4000);
  if (asked.includes("lines")) {
    for (let at = 0; at < LINES; at += 50)
      yield Array.from({ length: 50 }, (_, line) => `${at + line} ${EVIL}\n`).join("");
  }
  yield " THE END";
}

const rude = await model(says);
process.env.RUDE_BASE_URL = rude.url;
process.env.RUDE_API_KEY = "none";
let path;
journeys({ demo: false }, async () => {
  const project = await newProject();
  await program.call("PUT", `/projects/${project}/agents/rude`, { text: "---\nmodel: rude/one\n---\nYou are rude.\n" });
  path = `/projects/${project}/agents/rude/instances/ada/sessions/first`;
});
after(() => rude.close());

/** Runs in the page: keeps for how long it could not answer at most. */
function watch() {
  globalThis.stuck = 0;
  let last = performance.now();
  setInterval(() => {
    globalThis.stuck = Math.max(globalThis.stuck, performance.now() - last);
    last = performance.now();
  }, 10);
}

test("nothing is asked of a conversation that has not begun; then it is followed", async () => {
  const window = await openWindow();
  const { page } = window;
  const missing = [];
  page.on("response", (answer) => answer.status() === 404 && missing.push(answer.url()));
  await window.go(path);
  await page.getByText("What you write begins the conversation.").waitFor();
  await page.waitForTimeout(4500);
  assert.ok(missing.length <= 1, `it is looked for once: ${missing.join(", ")}`);
  await page.getByLabel("Message").fill("Hello");
  await page.keyboard.press("Enter");
  await page.getByText("THE END").waitFor();
  await page.getByText("rude/m").waitFor();
  // What is asked elsewhere is seen, too.
  await program.ask(path.replace("/projects", "/p").replace("/instances", "").replace("/sessions/first", ""), {
    message: "Again",
    session: "first",
  });
  await page.getByText("THE END").nth(1).waitFor();
  await window.check("a conversation");
  await window.close();
});

for (const [what, name] of Object.entries({ long: "a million letters without a break", lines: "ten thousand lines" })) {
  test(`an agent that says ${name} leaves the page fluent, and all of it is text`, async () => {
    const window = await openWindow();
    const { page } = window;
    await page.addInitScript(watch);
    await window.go(path.replace("first", what));
    await page.getByLabel("Message").fill(what);
    await page.evaluate(() => {
      globalThis.stuck = 0;
    });
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Show more of [\d,]+ characters$/ }).waitFor();
    const stuck = await page.evaluate(() => globalThis.stuck);
    assert.ok(stuck < 2000, `the page was stuck for ${stuck} ms`);
    assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    assert.equal(await page.locator("main img").count(), 0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, "nothing is wider than the page");
    await window.check(name);
    await page.getByRole("button", { name: /^Show more of/ }).click();
    await page.waitForFunction(() => document.querySelector(".turn-text").textContent.length > 100_000);
    await window.close();
  });
}
