// Walks over a page as somebody would who presses everything: all controls that can be used, those of menus, questions and tabs that come up too.

/**
 * Runs in the page: presses the first control that is not among those that were, and gives its name. Of what lies above the rest, like a menu,
 * all is pressed first.
 */
function pressNext({ done, part }) {
  const above = [...document.querySelectorAll("dialog[open], [role=menu], .finder, .sheet")].at(-1);
  const CONTROLS = "button, [role=menuitem], [role=option], input, textarea, select, summary";
  const roots = above ? [above] : [...document.querySelectorAll(part)];
  const usable = roots
    .flatMap((root) => [...root.querySelectorAll(CONTROLS)])
    .filter(
      (element) =>
        element.checkVisibility() &&
        !element.disabled &&
        !element.closest("[inert], [hidden]") &&
        element.type !== "file",
    );
  const nameOf = (element) => {
    const says = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
    const name = `${element.getAttribute("role") ?? element.localName} ${says}`;
    return name
      .replaceAll(/[0-9a-z]*\d[0-9a-z…]*/g, "#")
      .replaceAll(/\s+/g, " ")
      .slice(0, 80);
  };
  // What leads away from the rest comes last.
  const rank = (name) => (/^tab /.test(name) ? 1 : /Close|Sign out|Keep|rail/.test(name) ? 2 : 0);
  const [next] = usable
    .map((element) => ({ element, name: nameOf(element) }))
    .filter(({ name }) => !done.includes(name))
    .sort((a, b) => rank(a.name) - rank(b.name));
  if (!next) return { above: above !== undefined };
  const { element, name } = next;
  element.focus();
  if (element.matches("select")) {
    element.selectedIndex = (element.selectedIndex + 1) % element.options.length;
    element.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (element.matches("input:not([type=checkbox], [type=radio]), textarea")) {
    // React is told of what is set by its own setter alone.
    const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), "value");
    set.call(element, `${element.value}x`);
    element.dispatchEvent(new Event("input", { bubbles: true }));
  } else element.click();
  return { name };
}

/** Presses all that can be pressed on a part of a page; gives what that was. `pressed` tells what was pressed last. */
export async function walk({ page }, path, part, pressed) {
  const asked = new Set();
  const begin = (request) => /\/(api\/v1|p)\//.test(request.url()) && asked.add(request);
  const end = (request) => asked.delete(request);
  page.on("request", begin).on("requestfinished", end).on("requestfailed", end);
  const settled = async () => {
    for (let quiet = 0; quiet < 2; quiet = asked.size === 0 ? quiet + 1 : 0) await page.waitForTimeout(10);
  };
  const arrive = async () => {
    pressed.what = path;
    await page.evaluate((to) => history.pushState(null, "", to), `/console${path}`);
    await page.locator("h1").first().waitFor({ state: "attached" });
    await page.locator(part).first().waitFor();
    await settled();
  };
  await arrive();
  const done = [];
  const place = () => new URL(page.url()).pathname.replace(/\/settings\/.*/, "/settings");
  const here = place();
  for (let idle = 0; idle < 3; ) {
    if (place() !== here) await arrive();
    const { above, name } = await page.evaluate(pressNext, { done, part });
    if (name !== undefined) {
      done.push(name);
      pressed.what = `${path}, ${name}`;
      idle = 0;
    } else if (above) {
      await page.keyboard.press("Escape");
      idle += 0.25;
    } else idle++;
    await settled();
  }
  page.off("request", begin).off("requestfinished", end).off("requestfailed", end);
  return done;
}
