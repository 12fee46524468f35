// What the keys and buttons of the canvas do: each is a plain function on the store. What they need of the canvas on the screen (boxes, the
// point in the midst) they are given.

import { add, addFrom, addNote, connect, disable, freePlace, insert, move, remove, type Stock } from "../model/actions";
import { align, type Box, layout, pointsOf, readingOrder, type Side, spread } from "../model/arrange";
import { cellOf, isAgent, isDisabled, isLink, keysOf, type Point } from "../model/cells";
import { copied, duplicate, paste, readCells } from "../model/clipboard";
import { type Types, usualGroup } from "../model/ports";
import type { EditorStore } from "../store";

/** What the commands need of the canvas on the screen. */
export interface Screen {
  /** Where nodes stand, and how large they are. */
  boxes: () => Map<string, Box>;
  /** The point in the midst of what is shown. */
  midst: () => Point;
}

/** More cells than these are not put at once: no canvas is read that way, and the page would stand still. */
const MOST_PASTED = 2000;

/** Why a text puts nothing on the canvas. */
export function whyNotPasted(text: string): string {
  const { length } = readCells(text) ?? [];
  if (length <= MOST_PASTED) return 'That holds no cells: a canvas is JSON like {"cells": [...]}.';
  return `That holds ${length.toLocaleString("en-US")} cells: ${MOST_PASTED.toLocaleString("en-US")} can be put at once.`;
}

export type Commands = ReturnType<typeof commandsOf>;

export function commandsOf(store: EditorStore, types: Types, screen: Screen) {
  const nodes = () => [...store.get().selection].filter((key) => !isLink(cellOf(store.get().cells, key) ?? {}));
  const only = () => {
    const [key, ...more] = nodes();
    return more.length === 0 && key !== undefined && isAgent(cellOf(store.get().cells, key) ?? {}) ? key : undefined;
  };
  const chosenBoxes = () => {
    const all = screen.boxes();
    const chosen = nodes();
    return new Map([...all].filter(([key]) => chosen.length === 0 || chosen.includes(key)));
  };
  /** Applies an action that makes cells, and selects these. */
  const make = (
    action: (cells: ReturnType<EditorStore["get"]>["cells"]) => { cells: typeof cells; keys: string[] },
  ) => {
    let keys: string[] = [];
    const { cells } = store.get();
    store.apply(() => {
      const made = action(cells);
      keys = made.keys;
      return made.cells;
    });
    store.select(keys);
    return keys;
  };
  const one = (made: { cells: ReturnType<EditorStore["get"]>["cells"]; key: string }) => ({
    cells: made.cells,
    keys: [made.key],
  });

  /** The node that is read next, from one. */
  const beside = (key: string | undefined, by: 1 | -1) => {
    const order = readingOrder(store.get().cells);
    if (key === undefined) return order[by === 1 ? 0 : order.length - 1];
    return order[order.indexOf(key) + by];
  };

  return {
    only,
    /** Puts an agent: at a point, or beside the selected one, which it is then linked from. */
    put: (stock: Stock, at?: Point) =>
      make((cells) => {
        const beside = at ? undefined : only();
        const from = beside === undefined ? undefined : cellOf(cells, beside);
        const place = at ?? freePlace(cells, beside);
        if (beside === undefined || !from || stock.type.kind === "trigger") return one(add(cells, stock, place));
        return one(addFrom(cells, types, stock, place, beside, usualGroup(from, types)));
      })[0],
    putOn: (stock: Stock, link: string, at: Point) => make((cells) => one(insert(cells, types, stock, link, at)))[0],
    putFrom: (stock: Stock, from: string, group: string | undefined, at?: Point) =>
      make((cells) => one(addFrom(cells, types, stock, at ?? freePlace(cells, from), from, group)))[0],
    link: (source: string, target: string, group: string | undefined) =>
      store.apply((cells) => connect(cells, types, source, target, group)),
    note: (at?: Point) => make((cells) => one(addNote(cells, at ?? screen.midst())))[0],
    remove: () => store.apply((cells) => remove(cells, store.get().selection)),
    duplicate: () => nodes().length > 0 && make((cells) => duplicate(cells, new Set(nodes()))),
    disable: () => {
      const { cells } = store.get();
      const agents = nodes().filter((key) => isAgent(cellOf(cells, key) ?? {}));
      const all = agents.every((key) => isDisabled(cellOf(cells, key) ?? {}));
      store.apply(() => disable(cells, agents, !all));
    },
    selectAll: () => store.select(keysOf(store.get().cells)),
    /** Moves the selection; steps that follow each other are undone as one. */
    nudge: (by: Point) =>
      store.apply((cells) => move(cells, nodes(), by, pointsOf(cells)), `nudge:${nodes().join(" ")}`),
    align: (side: Side) => store.apply((cells) => align(cells, chosenBoxes(), side)),
    spread: (along: "x" | "y") => store.apply((cells) => spread(cells, chosenBoxes(), along)),
    layout: async () => {
      const boxes = chosenBoxes();
      // One that is laid out alone would stay where it is.
      const { cells } = store.get();
      const next = await layout(cells, boxes.size > 1 ? boxes : screen.boxes());
      store.apply((now) => (now === cells ? next : now));
    },
    /** The text of the selected cells for the clipboard; none if nothing is selected. */
    copy: () => (nodes().length === 0 ? undefined : copied(store.get().cells, new Set(nodes()))),
    /** Puts what a text holds; says whether it holds cells at all. */
    paste: (text: string, at?: Point) => {
      const from = readCells(text);
      if (!from || from.length === 0 || from.length > MOST_PASTED) return false;
      make((cells) => paste(cells, from, at ?? besideOf(cells, from, screen.midst())));
      return true;
    },
    /** Puts what a file holds, where its cells stood there; gives the first of them. */
    bring: (text: string) => {
      const from = readCells(text);
      return from && from.length > 0 ? make((cells) => paste(cells, from))[0] : undefined;
    },
    beside,
    /** Takes the selection out, and goes to the node beside the one that has the focus. */
    removeFrom: (focused: string | undefined, goTo: (key: string) => void) => {
      const { cells, selection } = store.get();
      const order = readingOrder(cells);
      const at = focused === undefined ? -1 : order.indexOf(focused);
      const near = at === -1 ? [] : [...order.slice(0, at).reverse(), ...order.slice(at + 1)];
      const next = near.find((key) => !selection.has(key));
      store.apply(() => remove(cells, selection));
      if (next !== undefined) goTo(next);
    },
  };
}

/** Where pasted cells go: where they were copied, a little aside, if they come from here; else the midst of what is shown. */
function besideOf(cells: ReturnType<EditorStore["get"]>["cells"], from: typeof cells, midst: Point): Point {
  const here = keysOf(from).filter((key) => cellOf(cells, key) !== undefined);
  const points = pointsOf(cells);
  const own = here.map((key) => points.get(key)).filter((point) => point !== undefined);
  if (own.length === 0) return midst;
  return {
    x: own.reduce((left, { x }) => Math.min(left, x), Infinity) + 32,
    y: own.reduce((top, { y }) => Math.min(top, y), Infinity) + 32,
  };
}
