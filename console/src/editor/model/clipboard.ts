// Copying and pasting as JSON, across canvases and browsers; and the reading of canvas files that were drawn elsewhere.
import { freshId, Names, round } from "./actions";
import {
  type Cell,
  type Cells,
  change,
  endOf,
  idOf,
  isAgent,
  isLink,
  keysOf,
  nameOf,
  type Point,
  positionOf,
  readOptions,
  textAt,
  textOf,
} from "./cells";
import { isObject } from "./json";

/** The chosen cells, and the links between them, as a canvas of its own. */
export function copied(cells: Cells, keys: ReadonlySet<string>): string {
  const names = keysOf(cells);
  const chosen = cells.filter((cell, at) => {
    if (!isLink(cell)) return keys.has(names[at] ?? "");
    return keys.has(endOf(cell, "source") ?? "") && keys.has(endOf(cell, "target") ?? "");
  });
  return `{"cells": [\n  ${chosen.map(textOf).join(",\n  ")}\n]}`;
}

/** Reads a canvas from a text: the clipboard's, or a file's. It may be a canvas, a file that Rookery exported, or a list of cells. */
export function readCells(text: string): Cells | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return readOptions(`{"cells":${text}}`).cells.filter(isCell);
    for (const keys of [[], ["options"], ["workflow"], ["workflow", "options"]]) {
      const inside = keys.reduce(at, value);
      if (!isObject(inside) || !Array.isArray(inside.cells)) continue;
      return readOptions(textAt(text, ...keys) ?? text).cells.filter(isCell);
    }
  } catch {
    // A text that is no JSON is no canvas.
  }
  return undefined;
}

function at(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isCell(cell: Cell): boolean {
  return typeof cell.type === "string";
}

/** A cell that names an agent type is an agent, whatever shape it was drawn with elsewhere. All else stays as it was drawn. */
export function adopted(cell: Cell): Cell {
  return isAgent(cell) && cell.type !== "agent" ? change(cell, { type: "agent" }) : cell;
}

/** Puts cells on a canvas. Ids and names that are taken are made anew; links follow. `to` is where the upper left corner goes. */
export function paste(cells: Cells, from: Cells, to?: Point): { cells: Cells; keys: string[] } {
  const corner = cornerOf(from);
  const ids = new Map<string, string>();
  const taken = new Set(cells.map(idOf));
  const names = new Names(cells);
  const keys: string[] = [];
  const added: Cell[] = [];
  const adding = from.map(adopted);
  // Links come last, so that they know what their ends are called now.
  for (const cell of [...adding.filter((each) => !isLink(each)), ...adding.filter(isLink)]) {
    const old = idOf(cell);
    const id = old !== undefined && !taken.has(old) ? old : freshId(cells, isLink(cell) ? "l" : "c");
    if (old !== undefined && !ids.has(old)) ids.set(old, id);
    const fields: Record<string, unknown> = { id };
    const point = positionOf(cell);
    if (point && to && corner) {
      const position = isObject(cell.position) ? cell.position : {};
      fields.position = { ...position, ...round({ x: point.x - corner.x + to.x, y: point.y - corner.y + to.y }) };
    }
    if (isAgent(cell) && typeof cell.name === "string") fields.name = names.take(nameOf(cell));
    if (isLink(cell)) {
      const ends = (["source", "target"] as const).map((end) => [end, ids.get(endOf(cell, end) ?? "")] as const);
      if (ends.some(([, known]) => known === undefined)) continue;
      for (const [end, known] of ends) fields[end] = { ...(isObject(cell[end]) ? cell[end] : {}), id: known };
    } else keys.push(id);
    taken.add(id);
    added.push(change(cell, fields));
  }
  return { cells: [...cells, ...added], keys };
}

/** The upper left corner of cells that have a place. */
export function cornerOf(cells: Cells): Point | undefined {
  let corner: Point | undefined;
  for (const cell of cells) {
    const at = positionOf(cell);
    if (at) corner = { x: Math.min(at.x, corner?.x ?? at.x), y: Math.min(at.y, corner?.y ?? at.y) };
  }
  return corner;
}

/** The chosen cells once more, a little to the right and below. */
export function duplicate(cells: Cells, keys: ReadonlySet<string>): { cells: Cells; keys: string[] } {
  const from = readCells(copied(cells, keys)) ?? [];
  const corner = cornerOf(from);
  return paste(cells, from, corner && { x: corner.x + 32, y: corner.y + 32 });
}
