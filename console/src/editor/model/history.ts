// Undo and redo: whole lists of cells, which share all cells that did not change. Steps of one gesture, or of one stretch of typing, are one.
import type { Cells } from "./cells";

export interface History {
  readonly past: readonly Cells[];
  readonly now: Cells;
  readonly future: readonly Cells[];
  /** What the last step was of, and when: a next one of the same joins it. */
  readonly joins?: { of: string; at: number };
}

/** So many steps can be undone. */
const STEPS = 500;
/** Typing that rests for longer is two steps. */
const REST = 1500;

export function begin(cells: Cells): History {
  return { past: [], now: cells, future: [] };
}

/** A step. Steps with the same `of` join as long as they follow each other; nothing changes if the cells are the same. */
export function step(history: History, cells: Cells, of?: string, at = Date.now()): History {
  if (cells === history.now) return history;
  const joins = of !== undefined && history.joins?.of === of && at - history.joins.at < REST;
  const past = joins ? history.past : [...history.past.slice(1 - STEPS), history.now];
  return { past, now: cells, future: [], joins: of === undefined ? undefined : { of, at } };
}

export function undo(history: History): History {
  const before = history.past.at(-1);
  if (!before) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  return next ? { past: [...history.past, history.now], now: next, future } : history;
}
