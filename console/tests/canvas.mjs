// What the journeys do on a canvas, by its keys.
import assert from "node:assert/strict";

export const nodes = (page) => page.locator(".react-flow__node");
export const node = (page, id) => page.locator(`.react-flow__node[data-id="${id}"]`);
export const panel = (page) => page.getByRole("complementary", { name: "The selected agent" });

/** Makes a workflow of a text of its options; gives its path. */
export async function made(program, project, name, options) {
  const path = `/projects/${project}/workflows`;
  const { data } = await program.call("POST", path, `{"name":${JSON.stringify(name)},"options":${options}}`);
  return `${path}/${data.id}`;
}

/** The very bytes of the canvas, as the server has them. */
export async function bytesOf(program, path) {
  const text = await program.text(path);
  const from = text.indexOf(`"options":`) + `"options":`.length;
  let [depth, quoted] = [0, false];
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign === "\\") at++;
      else if (sign === `"`) quoted = false;
    } else if (sign === `"`) quoted = true;
    else if ("{[".includes(sign)) depth++;
    else if ("}]".includes(sign) && --depth === 0) return text.slice(from, at + 1);
  }
  throw new Error("the answer has no options");
}

/** Waits until the server has what the canvas shows. */
export async function isSaved(page) {
  await page.locator(".bar-saved", { hasText: "saved" }).waitFor();
}

/** Chooses in the palette that is open: types, and takes what is found first. */
export async function choose(page, label, typed) {
  const field = page.getByRole("combobox", { name: label });
  await field.waitFor();
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
  await field.waitFor({ state: "detached" });
}

/** Goes to a cell by its name: it is selected then, and has the focus. */
export async function find(page, name) {
  await page.keyboard.press("Control+f");
  await choose(page, "Find a cell", name);
  await page.locator(".react-flow__node.selected:focus", { hasText: name }).waitFor();
}

/** Adds an agent by the palette, beside the selected one. */
export async function add(page, type) {
  const before = await nodes(page).count();
  await page.keyboard.press("/");
  await choose(page, "Add an agent", type);
  await nodes(page).nth(before).waitFor();
  await page.locator(".react-flow__node.selected:focus").waitFor();
}

/** Links the selected agent to another one. */
export async function link(page, group, target) {
  const links = page.locator(".react-flow__edge");
  const before = await links.count();
  await page.keyboard.press("l");
  await choose(page, "Link which events?", group);
  await choose(page, "Link to which agent?", target);
  await links.nth(before).waitFor({ state: "attached" });
}

/** Fails if nothing has the focus, or nobody can see what has it. */
export async function isFocusSeen(page, after) {
  if (await page.evaluate(focusSeen)) return;
  const seen = await page.waitForFunction(focusSeen).catch(() => undefined);
  assert.ok(
    seen,
    `after ${after}, the focus is nowhere: ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))}`,
  );
}

/** Runs in the page. What has the focus is in view, and its look says so: an outline, or a shadow, on it or what stands for it. */
function focusSeen() {
  const [focused] = [document.activeElement];
  if (!focused || focused === document.body) return false;
  const inner = focused.shadowRoot?.activeElement ?? focused;
  const box = inner.getBoundingClientRect();
  if (box.width === 0 || box.height === 0 || box.bottom < 0 || box.top > innerHeight) return false;
  const isMarked = (element) => {
    // A link is marked by its line.
    const line = element.querySelector(":scope > .react-flow__edge-path");
    if (line) return Number.parseFloat(getComputedStyle(line).strokeWidth) > 2;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  };
  return [
    inner,
    inner.parentElement,
    inner.firstElementChild,
    inner.closest(".cm-editor, .react-flow__node, dialog, .finder"),
  ].some((element) => element && isMarked(element));
}
