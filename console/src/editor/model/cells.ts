// The cells of a canvas, as the API has them, and the text that holds them. A cell is the plain object that `JSON.parse` gives; beside it
// its text is kept, so that what nobody changes is saved as it came, byte for byte.
import { elements, isObject, member, patched, same, valueEnd, withFields } from "./json";

export type Cell = Readonly<Record<string, unknown>>;
export type Cells = readonly Cell[];

export interface Point {
  x: number;
  y: number;
}

/** How wide a node is, and how high at least. */
export const NODE = { width: 208, height: 84 };

const texts = new WeakMap<Cell, string>();

export function textOf(cell: Cell): string {
  return texts.get(cell) ?? JSON.stringify(cell);
}

/** A cell with fields that are set; `undefined` takes a field out. It is the same cell if nothing differs. */
export function change(cell: Cell, fields: Record<string, unknown>): Cell {
  const next = withFields(cell, fields);
  if (same(cell, next)) return cell;
  texts.set(next, patched(textOf(cell), cell, next));
  return next;
}

/** The options of a workflow as they came, and the cells in them. */
export interface Options {
  /** The text as it came. */
  readonly text: string;
  readonly cells: Cells;
}

/** Reads options; `{}` is an empty canvas. */
export function readOptions(text: string): Options {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new SyntaxError("The canvas is not an object.");
  const list = member(text, "cells");
  if (!list || !Array.isArray(value.cells)) return { text, cells: [] };
  const spans = elements(text, list.start);
  const cells = value.cells.map((each, at): Cell => {
    const cell = isObject(each) ? each : { value: each };
    texts.set(cell, text.slice(spans[at]?.start, spans[at]?.end));
    return cell;
  });
  return { text, cells };
}

/** The text of the options with these cells: all around them, and what is the same, stays as it came. */
export function writeOptions(options: Options, cells: Cells): string {
  const { text } = options;
  if (cells.length === options.cells.length && cells.every((cell, at) => cell === options.cells[at])) return text;
  const list = member(text, "cells");
  if (!list || text.charAt(list.start) !== "[") {
    const value = JSON.parse(text) as object;
    const made = JSON.stringify(withFields(value, { cells: [] }));
    return writeOptions({ text: list ? made : patched(text, value, JSON.parse(made)), cells: [] }, cells);
  }
  const spans = elements(text, list.start);
  const [first, second] = spans;
  const usual = first && second ? text.slice(first.end, second.start) : ",\n    ";
  const places = new Map(options.cells.map((cell, at) => [idOf(cell) ?? cell, at] as const));
  const placeOf = (cell: Cell | undefined) => (cell ? places.get(idOf(cell) ?? cell) : undefined);
  const lead = text.slice(list.start + 1, first?.start ?? list.end - 1);
  const trail = first ? text.slice(spans.at(-1)?.end, list.end - 1) : "";
  let inside = "";
  cells.forEach((cell, at) => {
    const place = placeOf(cell);
    const before = placeOf(cells[at - 1]);
    const follows = at > 0 && place !== undefined && place - 1 === before;
    if (at > 0) inside += follows ? text.slice(spans[place - 1]?.end, spans[place]?.start) : usual;
    inside += textOf(cell);
  });
  return `${text.slice(0, list.start + 1)}${lead}${inside}${trail}${text.slice(list.end - 1)}`;
}

/** The text of a value inside a text of JSON, by its keys: `data`, `options`. */
export function textAt(text: string, ...keys: string[]): string | undefined {
  let at = text.search(/\S/);
  for (const key of keys) {
    const found = text.charAt(at) === "{" ? member(text, key, at) : undefined;
    if (!found) return undefined;
    at = found.start;
  }
  return text.slice(at, valueEnd(text, at));
}

export function idOf(cell: Cell): string | undefined {
  return typeof cell.id === "string" && cell.id !== "" ? cell.id : undefined;
}

const keyed = new WeakMap<Cells, { keys: string[]; places: Map<string, number> }>();

function keysIn(cells: Cells) {
  let found = keyed.get(cells);
  if (!found) {
    const places = new Map<string, number>();
    const ids = new Set(cells.map(idOf));
    const keys = cells.map((cell, at) => {
      const id = idOf(cell);
      let key = id !== undefined && !places.has(id) ? id : `#${at}`;
      // An id may look like such a place.
      if (key !== id) while (ids.has(key)) key = `#${key}`;
      places.set(key, at);
      return key;
    });
    found = { keys, places };
    keyed.set(cells, found);
  }
  return found;
}

/** What the canvas calls each cell: its id, or its place where it has none, or another cell's. */
export function keysOf(cells: Cells): readonly string[] {
  return keysIn(cells).keys;
}

export function placeOf(cells: Cells, key: string): number | undefined {
  return keysIn(cells).places.get(key);
}

export function cellOf(cells: Cells, key: string | undefined): Cell | undefined {
  const at = key === undefined ? undefined : placeOf(cells, key);
  return at === undefined ? undefined : cells[at];
}

export function isAgent(cell: Cell): boolean {
  return cell.type === "agent" || typeof cell.agent_type === "string";
}

/** The port that control links leave, which is no group of events. */
export const CONTROL = "controls";

/** Whether a cell is a control link: no event takes it. */
export function isControl(cell: Cell): boolean {
  return cell.type === "control_link";
}

/** Whether a cell is a link: one of ours, or as JointJS draws it by itself, which is a link between agents and a drawing elsewhere. */
export function isLink(cell: Cell): boolean {
  if (typeof cell.type !== "string" || isAgent(cell)) return false;
  return cell.type === "link" || isControl(cell) || (cell.type.includes(".") && cell.type.endsWith("Link"));
}

export function isNote(cell: Cell): boolean {
  return cell.type === "note" || cell.type === "standard.Note";
}

export function typeOf(cell: Cell): string {
  return typeof cell.agent_type === "string" ? cell.agent_type : "";
}

export function configOf(cell: Cell): Record<string, unknown> {
  return isObject(cell.config) ? cell.config : {};
}

export function isDisabled(cell: Cell): boolean {
  return cell.disabled === true;
}

/** What people call a cell: its name, a text that it was drawn with, or its id. */
export function nameOf(cell: Cell): string {
  if (typeof cell.name === "string" && cell.name !== "") return cell.name;
  const attrs = isObject(cell.attrs) && isObject(cell.attrs.label) ? cell.attrs.label.text : undefined;
  if (typeof attrs === "string" && attrs !== "") return attrs;
  if (typeof cell.text === "string" && cell.text !== "") return cell.text;
  return idOf(cell) ?? String(cell.type ?? "cell");
}

/** What people call a cell of a canvas; of one that is gone, the id. */
export function nameIn(cells: Cells, key: string): string {
  const cell = cellOf(cells, key);
  return cell ? nameOf(cell) : key;
}

export function endOf(cell: Cell, end: "source" | "target"): string | undefined {
  const value = cell[end];
  return isObject(value) && typeof value.id === "string" ? value.id : undefined;
}

/** The port that a link leaves: its group, or none for all events. */
export function groupOf(link: Cell): string | undefined {
  if (isControl(link)) return CONTROL;
  return typeof link.group_id === "string" ? link.group_id : undefined;
}

/** Whether a value is a number that a canvas can show: farther away, nobody would find it. */
function isLength(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= 1e6;
}

export function positionOf(cell: Cell): Point | undefined {
  const at = cell.position;
  return isObject(at) && isLength(at.x) && isLength(at.y) ? { x: at.x, y: at.y } : undefined;
}

export function sizeOf(cell: Cell): { width: number; height: number } | undefined {
  const size = cell.size;
  if (!isObject(size) || !isLength(size.width) || !isLength(size.height)) return undefined;
  return { width: size.width, height: size.height };
}
