// A hand with a mouse, as a person has one: it moves, clicks and drags at points of the window, and types where the focus is. Its steps are
// counted: the fewer, the better.

export function hand(page) {
  let steps = 0;
  const step = () => {
    steps += 1;
  };

  /** The midst of what is there, once it stands still and can be met there; or the point itself. */
  async function at(where) {
    if (typeof where.evaluate !== "function") return where;
    for (const end = Date.now() + 30_000; Date.now() < end; ) {
      await where.evaluate(intoView);
      const point = await where.evaluate(pointOf);
      if (point) return point;
    }
    throw new Error(`No hand gets at ${where}: it does not stand still, or something stands above it.`);
  }

  return {
    get steps() {
      return steps;
    },
    async click(where) {
      const { x, y } = await at(where);
      step();
      await page.mouse.move(x, y);
      await page.mouse.click(x, y);
    },
    /** Drags from a thing or a point to another, or by so much. */
    async drag(from, to) {
      const begin = await at(from);
      const end = to.by ? { x: begin.x + to.by.x, y: begin.y + to.by.y } : await at(to);
      step();
      await page.mouse.move(begin.x, begin.y);
      await page.mouse.down();
      await page.mouse.move(begin.x + (end.x - begin.x) / 2, begin.y + (end.y - begin.y) / 2, { steps: 4 });
      await page.mouse.move(end.x, end.y, { steps: 4 });
      await page.mouse.up();
    },
    /** Clicks into a field and writes over what is there. */
    async write(field, text) {
      await this.click(field);
      await page.keyboard.press("Control+a");
      await page.keyboard.type(text);
    },
    /** Types where the focus is. */
    async type(text) {
      step();
      await page.keyboard.type(text);
    },
    /** Chooses of a list that unfolds: a click unfolds it, and another one chooses. */
    async choose(list, label) {
      await at(list);
      step();
      step();
      // The browser's own list is no part of the page: a mouse at a point of the window cannot reach it.
      await list.selectOption({ label });
    },
  };
}

/** Scrolls what is to be met into view: only what a wheel would scroll. */
function intoView(element) {
  for (let box = element.parentElement; box; box = box.parentElement) {
    if (!/auto|scroll/.test(getComputedStyle(box).overflowY) || box.scrollHeight <= box.clientHeight) continue;
    const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
    if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom + 8;
    if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top + 8;
  }
}

/** The midst of an element, if it was there a frame ago, too, and nothing stands above it. */
async function pointOf(element) {
  const boxOf = () => JSON.stringify(element.getBoundingClientRect());
  const before = boxOf();
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  if (boxOf() !== before) return undefined;
  const { x, y, width, height } = element.getBoundingClientRect();
  const point = { x: x + width / 2, y: y + height / 2 };
  const met = document.elementFromPoint(point.x, point.y);
  return width > 0 && met && (element.contains(met) || met.closest("label")?.control === element) ? point : undefined;
}
