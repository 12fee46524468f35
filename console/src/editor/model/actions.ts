// What people do to a canvas: plain functions from cells to cells. A cell that an action does not touch stays the same object.
import {
  type Cell,
  type Cells,
  CONTROL,
  cellOf,
  change,
  endOf,
  groupOf,
  isAgent,
  isControl,
  isLink,
  keysOf,
  NODE,
  nameOf,
  type Point,
  placeOf,
  positionOf,
} from "./cells";
import { isObject } from "./json";
import { type AgentType, canConnect, laneNames, type Types, usualGroup } from "./ports";

/** What is put on a canvas: an agent type, perhaps with a name and a config that are ready. */
export interface Stock {
  type: AgentType;
  name?: string;
  config?: Record<string, unknown>;
}

/** An action that adds cells also says which. */
export interface Made {
  cells: Cells;
  key: string;
}

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** An id that no cell of the canvas has, and hardly one of another canvas: what is pasted there keeps apart. */
export function freshId(cells: Cells, begin = "c"): string {
  for (;;) {
    const random = crypto.getRandomValues(new Uint8Array(8));
    const id = `${begin}-${[...random].map((byte) => LETTERS[byte % LETTERS.length]).join("")}`;
    if (placeOf(cells, id) === undefined) return id;
  }
}

/** The names of the agents of a canvas, for more of them. */
export class Names {
  readonly #taken: Set<string>;
  /** The number that was tried last for a name: those before are taken. */
  readonly #tried = new Map<string, number>();

  constructor(cells: Cells) {
    this.#taken = new Set(cells.filter(isAgent).map(nameOf));
  }

  /** The name, or the first of `name 2`, `name 3`, … that no agent has yet; it is taken from now on. */
  take(name: string): string {
    let free = name;
    const base = name.replace(/ \d+$/, "");
    for (let at = this.#tried.get(base) ?? 2; this.#taken.has(free); at++) {
      free = `${base} ${at}`;
      this.#tried.set(base, at);
    }
    this.#taken.add(free);
    return free;
  }
}

/** The name, or the first of `name 2`, `name 3`, … that no agent has yet. */
export function freshName(cells: Cells, name: string): string {
  return new Names(cells).take(name);
}

export function round({ x, y }: Point): Point {
  // Adding 0 makes -0 into 0, which is what JSON writes.
  return { x: Math.round(x) + 0, y: Math.round(y) + 0 };
}

/** The config that a new agent begins with: what its form cannot be without. Defaults are the server's, and are not written. */
export function beginning(stock: Stock): Record<string, unknown> {
  if (stock.config) return stock.config;
  if (stock.type.type !== "split") return {};
  return {
    groups: [
      { name: "a", weight: 1 },
      { name: "b", weight: 1 },
    ],
  };
}

/** Adds an agent at a point. */
export function add(cells: Cells, stock: Stock, at: Point): Made {
  const id = freshId(cells);
  const cell: Cell = {
    id,
    type: "agent",
    agent_type: stock.type.type,
    name: freshName(cells, stock.name ?? stock.type.title),
    position: round(at),
    config: beginning(stock),
  };
  return { cells: [...cells, cell], key: id };
}

function link(cells: Cells, source: string, target: string, group: string | undefined): Cell {
  const id = freshId(cells, "l");
  const type = group === CONTROL ? "control_link" : "link";
  const fields = group && group !== CONTROL ? { group_id: group } : {};
  return { id, type, source: { id: source }, target: { id: target }, ...fields };
}

/** What makes a link leave another port: one of events, or that of control links. */
function leaving(link: Cell, group: string | undefined): Record<string, unknown> {
  if (group === CONTROL) return { type: "control_link", group_id: undefined };
  return isControl(link) ? { type: "link", group_id: group } : { group_id: group };
}

/** The link between two agents for a group, if there is one. */
function linkBetween(cells: Cells, source: string, target: string, group: string | undefined): Cell | undefined {
  return cells.find(
    (cell) =>
      isLink(cell) && endOf(cell, "source") === source && endOf(cell, "target") === target && groupOf(cell) === group,
  );
}

/** Links two agents. Nothing changes if they are linked so already, or cannot be. */
export function connect(cells: Cells, types: Types, source: string, target: string, group?: string): Cells {
  if (!canConnect(cells, types, source, target, group) || linkBetween(cells, source, target, group)) return cells;
  return [...cells, link(cells, source, target, group)];
}

/** Lets a link lead elsewhere: what else it has, it keeps. */
export function reconnect(
  cells: Cells,
  types: Types,
  key: string,
  ends: { source: string; target: string; group?: string },
): Cells {
  const old = cellOf(cells, key);
  if (!old || !isLink(old) || !canConnect(cells, types, ends.source, ends.target, ends.group)) return cells;
  const end = (name: "source" | "target", id: string) => ({ ...(isObject(old[name]) ? old[name] : {}), id });
  return edit(cells, key, {
    source: end("source", ends.source),
    target: end("target", ends.target),
    ...leaving(old, ends.group),
  });
}

/** Adds an agent and links it: from a port of another, if it may take links. */
export function addFrom(cells: Cells, types: Types, stock: Stock, at: Point, from: string, group?: string): Made {
  const made = add(cells, stock, at);
  return { ...made, cells: connect(made.cells, types, from, made.key, group) };
}

/** Adds an agent in the midst of a link: the link leads to it, and another one from it to where the link led. */
export function insert(cells: Cells, types: Types, stock: Stock, on: string, at: Point): Made {
  const old = cellOf(cells, on);
  const source = old && endOf(old, "source");
  const target = old && endOf(old, "target");
  const made = add(cells, stock, at);
  if (!old || !source || !target || stock.type.kind === "trigger") return made;
  const agent = cellOf(made.cells, made.key);
  const led = edit(made.cells, on, { target: { ...(isObject(old.target) ? old.target : {}), id: made.key } });
  return { ...made, cells: connect(led, types, made.key, target, agent && usualGroup(agent, types)) };
}

/** Where an agent goes that is made without a point: right of another one, below what stands there; or right of all. */
export function freePlace(cells: Cells, beside?: string): Point {
  const all = cells.map(positionOf).filter((at) => at !== undefined);
  const from = beside === undefined ? undefined : cellOf(cells, beside);
  const at = from && positionOf(from);
  if (!at && all.length === 0) return { x: 80, y: 160 };
  const x = at ? at.x + NODE.width + 136 : Math.max(...all.map((each) => each.x)) + NODE.width + 136;
  let y = at ? at.y : (all.at(-1)?.y ?? 160);
  const taken = () =>
    all.some((each) => Math.abs(each.x - x) < NODE.width + 16 && Math.abs(each.y - y) < NODE.height + 32);
  while (taken()) y += NODE.height + 48;
  return { x, y };
}

/** Sets fields of a cell; `undefined` takes one out. */
export function edit(cells: Cells, key: string, fields: Record<string, unknown>): Cells {
  const at = placeOf(cells, key);
  const old = at === undefined ? undefined : cells[at];
  if (at === undefined || !old) return cells;
  const next = change(old, fields);
  return next === old ? cells : cells.with(at, next);
}

export function rename(cells: Cells, key: string, name: string): Cells {
  return edit(cells, key, { name: name.trim() === "" ? undefined : name });
}

/** Sets the config of an agent. The links of a split's lane follow it to a new name. */
export function setConfig(cells: Cells, key: string, config: Record<string, unknown>): Cells {
  const old = cellOf(cells, key);
  const next = edit(cells, key, { config });
  const [before, after] = [laneNames(old ?? {}), laneNames(cellOf(next, key) ?? {})];
  if (before.length !== after.length) return next;
  const renamed = new Map<string, string>();
  for (const [at, name] of before.entries()) {
    const now = after[at];
    if (name && now && name !== now && !after.includes(name)) renamed.set(name, now);
  }
  if (renamed.size === 0) return next;
  return next.map((cell) => {
    const lane = isLink(cell) && endOf(cell, "source") === key ? renamed.get(groupOf(cell) ?? "") : undefined;
    return lane === undefined ? cell : change(cell, { group_id: lane });
  });
}

/** Chooses which events a link takes: those of a group, or all. */
export function setGroup(cells: Cells, key: string, group: string | undefined): Cells {
  const old = cellOf(cells, key);
  return old && isLink(old) ? edit(cells, key, leaving(old, group)) : cells;
}

/** Lets agents rest or work again. A disabled agent receives nothing and emits nothing. */
export function disable(cells: Cells, keys: Iterable<string>, disabled: boolean): Cells {
  let next = cells;
  for (const key of keys) {
    const cell = cellOf(next, key);
    if (cell && isAgent(cell)) next = edit(next, key, { disabled: disabled ? true : undefined });
  }
  return next;
}

/** Moves cells to points. What else their position has stays. */
export function place(cells: Cells, points: ReadonlyMap<string, Point>): Cells {
  let next: Cell[] | undefined;
  for (const [key, point] of points) {
    const at = placeOf(cells, key);
    const old = at === undefined ? undefined : cells[at];
    if (at === undefined || !old) continue;
    const position = { ...(isObject(old.position) ? old.position : {}), ...round(point) };
    const moved = change(old, { position });
    if (moved === old) continue;
    next ??= [...cells];
    next[at] = moved;
  }
  return next ?? cells;
}

/** Moves cells by so much. `points` are where those stand that have no position of their own. */
export function move(
  cells: Cells,
  keys: Iterable<string>,
  by: Point,
  points: ReadonlyMap<string, Point> = new Map(),
): Cells {
  const to = new Map<string, Point>();
  for (const key of keys) {
    const cell = cellOf(cells, key);
    const at = cell && !isLink(cell) ? (positionOf(cell) ?? points.get(key)) : undefined;
    if (at) to.set(key, { x: at.x + by.x, y: at.y + by.y });
  }
  return place(cells, to);
}

/** Takes cells out, and the links that would lead nowhere. */
export function remove(cells: Cells, keys: Iterable<string>): Cells {
  const gone = new Set(keys);
  const names = keysOf(cells);
  const leadsThere = (cell: Cell) =>
    isLink(cell) && (["source", "target"] as const).some((end) => gone.has(endOf(cell, end) ?? ""));
  const kept = cells.filter((cell, at) => !gone.has(names[at] ?? "") && !leadsThere(cell));
  return kept.length === cells.length ? cells : kept;
}

/** A note: a cell of the canvas's own, which the server keeps and never reads. */
export function addNote(cells: Cells, at: Point, text = ""): Made {
  const id = freshId(cells, "n");
  const cell: Cell = { id, type: "note", position: round(at), size: { width: 208, height: 96 }, text };
  return { cells: [...cells, cell], key: id };
}

export function setNote(cells: Cells, key: string, text: string): Cells {
  return edit(cells, key, { text });
}

export function resizeNote(cells: Cells, key: string, size: { width: number; height: number }): Cells {
  return edit(cells, key, { size: { width: Math.round(size.width), height: Math.round(size.height) } });
}
