// Somebody without a mouse: goes to things by Tab, and sees on the way where the focus is.
import assert from "node:assert/strict";
import { isFocusSeen } from "./canvas.mjs";
import { openWindow, program, until } from "./journey.mjs";

/** A window without a mouse. */
export async function opened(path) {
  const window = await openWindow();
  const { page } = window;
  await (path === undefined ? page.goto(program.url) : window.go(path));
  page.mouse.click = page.mouse.move = page.mouse.down = () => assert.fail("there is no mouse");
  return window;
}

/**
 * Runs in the page: whether one of the elements, or what is inside of it, has the focus; that of a code field is in a root of its own. While such
 * a field is made ready, there are two of its name.
 */
function hasFocus(elements) {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return elements.some((element) => element.contains(focused));
}

/** Presses Tab, or another key, until something has the focus; where it is on the way is seen, too. */
export async function tabTo(page, locator, key = "Tab") {
  await locator.first().waitFor();
  // What cannot be used yet is not reached.
  await until(`${locator} can be used`, () => locator.first().isEnabled());
  for (let tries = 0; tries < 80; tries++) {
    if (await locator.evaluateAll(hasFocus)) return;
    await page.keyboard.press(key);
    // A code field becomes another one once it has the focus.
    await page.waitForFunction(() => !document.activeElement?.matches(".code-plain"));
    // Behind the end of the page are the browser's own buttons.
    if (await page.evaluate(() => document.activeElement !== document.body)) {
      await isFocusSeen(page, `${key} on the way to ${locator}`);
    }
  }
  assert.fail(`${locator} is not reached by ${key}`);
}

/** Goes to a control by Tab and presses Enter on it. */
export async function press(page, locator) {
  await tabTo(page, locator);
  await page.keyboard.press("Enter");
}

/** Goes back from the panel to the canvas. */
export async function back(page) {
  await page.keyboard.press("Escape");
  await page.locator(".react-flow__node.selected:focus").waitFor();
}

/** Goes to a choice by Tab, and to one of its values by the arrows. */
export async function pick(page, locator, value) {
  await tabTo(page, locator);
  const now = () => locator.first().inputValue();
  for (const key of ["ArrowDown", "ArrowUp"]) {
    for (let before; before !== (await now()) && (await now()) !== value; ) {
      before = await now();
      await page.keyboard.press(key);
    }
  }
  assert.equal(await now(), value);
}

/** Writes into a field that is reached by Tab, in place of what stands there. */
export async function write(page, locator, text) {
  await tabTo(page, locator);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}
