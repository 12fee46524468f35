// Copying and pasting as JSON, across canvases and browsers; and the reading of canvas files that were drawn elsewhere.
import { freshId, freshName, round } from "./actions";
import {
  type Cell,
  type Cells,
  cellOf,
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
  const points = from.map(positionOf).filter((point) => point !== undefined);
  const left = Math.min(...points.map((point) => point.x));
  const top = Math.min(...points.map((point) => point.y));
  const ids = new Map<string, string>();
  let all: Cells = cells;
  const keys: string[] = [];
  const adding = from.map(adopted);
  // Links come last, so that they know what their ends are called now.
  for (const cell of [...adding.filter((each) => !isLink(each)), ...adding.filter(isLink)]) {
    const old = idOf(cell);
    const id = old !== undefined && cellOf(all, old) === undefined ? old : freshId(all, isLink(cell) ? "l" : "c");
    if (old !== undefined && !ids.has(old)) ids.set(old, id);
    const fields: Record<string, unknown> = { id };
    const point = positionOf(cell);
    if (point && to) {
      const position = isObject(cell.position) ? cell.position : {};
      fields.position = { ...position, ...round({ x: point.x - left + to.x, y: point.y - top + to.y }) };
    }
    if (isAgent(cell) && typeof cell.name === "string") fields.name = freshName(all, nameOf(cell));
    if (isLink(cell)) {
      const ends = (["source", "target"] as const).map((end) => [end, ids.get(endOf(cell, end) ?? "")] as const);
      if (ends.some(([, known]) => known === undefined)) continue;
      for (const [end, known] of ends) fields[end] = { ...(isObject(cell[end]) ? cell[end] : {}), id: known };
    } else keys.push(id);
    all = [...all, change(cell, fields)];
  }
  return { cells: all, keys };
}

/** The chosen cells once more, a little to the right and below. */
export function duplicate(cells: Cells, keys: ReadonlySet<string>): { cells: Cells; keys: string[] } {
  const from = readCells(copied(cells, keys)) ?? [];
  const points = from.map(positionOf).filter((point) => point !== undefined);
  const to = {
    x: Math.min(...points.map((point) => point.x)) + 32,
    y: Math.min(...points.map((point) => point.y)) + 32,
  };
  return paste(cells, from, points.length > 0 ? to : undefined);
}
