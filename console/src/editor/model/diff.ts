// What differs between two canvases, by cell and field; and one made of two sides that began from the same.
import { isCondition, isGroup } from "../../forms/condition-words";
import { ownOf } from "../../own";
import { type Cell, type Cells, cellOf, isAgent, isLink, keysOf, nameOf } from "./cells";
import { isObject, same } from "./json";

export interface FieldChange {
  /** Where: `name`, `config.url`. */
  field: string;
  before: unknown;
  after: unknown;
}

export interface CellChange {
  key: string;
  kind: "added" | "removed" | "changed";
  before?: Cell;
  after?: Cell;
  fields: FieldChange[];
}

/** The fields in which two values differ, as deep as both have parts of the same kind. */
export function fields(before: unknown, after: unknown, path = ""): FieldChange[] {
  if (same(before, after)) return [];
  const whole = [{ field: path, before, after }];
  // Where a condition is built in another way, its parts say less than the whole.
  if ((isGroup(before) || isGroup(after)) && isCondition(before) && isCondition(after)) return whole;
  const found = partsOf(before, after)?.flatMap(([name, old, now]) =>
    fields(old, now, path ? `${path}.${name}` : name),
  );
  // Nothing differs but the order.
  return found && found.length > 0 ? found : whole;
}

/** The parts of two values, side by side: by key in objects, by name in lists of named items, and by place in lists of one length. */
function partsOf(before: unknown, after: unknown): [name: string, before: unknown, after: unknown][] | undefined {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].map((key) => [key, ownOf(before, key), ownOf(after, key)]);
  }
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  const [old, now] = [byItemName(before), byItemName(after)];
  if (old && now)
    return [...new Set([...old.keys(), ...now.keys()])].map((name) => [name, old.get(name), now.get(name)]);
  return before.length === after.length ? before.map((item, at) => [String(at), item, after[at]]) : undefined;
}

/** The items of a list by their names, if each has one of its own. */
function byItemName(list: unknown[]): Map<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const item of list) {
    if (!isObject(item) || typeof item.name !== "string" || item.name === "") return undefined;
    named.set(item.name, item);
  }
  return named.size === list.length ? named : undefined;
}

/** A field as people read it: that it stands in the configuration goes without saying. */
export function fieldWords(field: string): string {
  return field.replace(/^config\./, "");
}

export function diff(before: Cells, after: Cells): CellChange[] {
  if (before === after) return [];
  const keys = [...new Set([...keysOf(after), ...keysOf(before)])];
  return keys.flatMap((key): CellChange[] => {
    const [old, now] = [cellOf(before, key), cellOf(after, key)];
    if (old === now || same(old, now)) return [];
    if (!old) return [{ key, kind: "added", after: now, fields: [] }];
    if (!now) return [{ key, kind: "removed", before: old, fields: [] }];
    return [{ key, kind: "changed", before: old, after: now, fields: fields(old, now) }];
  });
}

/** Fields of the canvas alone: the builder does not read them. */
const CANVAS = new Set([
  "position",
  "size",
  "z",
  "angle",
  "ports",
  "attrs",
  "vertices",
  "labels",
  "isValid",
  "router",
  "connector",
]);

export function isLookField({ field }: FieldChange): boolean {
  return CANVAS.has(field.split(".")[0] ?? "");
}

/** Whether a difference is of the canvas alone, like a place: what runs is the same. */
export function isLook(change: CellChange): boolean {
  const cell = change.after ?? change.before;
  if (cell && !isAgent(cell) && !isLink(cell)) return true;
  return change.kind === "changed" && change.fields.every(isLookField);
}

export function titleOf(change: CellChange, cells: Cells): string {
  const cell = change.after ?? change.before;
  if (!cell) return change.key;
  if (!isLink(cell)) return nameOf(cell);
  const end = (name: "source" | "target") => {
    const id = isObject(cell[name]) ? cell[name].id : undefined;
    const found = typeof id === "string" ? cellOf(cells, id) : undefined;
    return found ? nameOf(found) : String(id ?? "—");
  };
  return `${end("source")} → ${end("target")}`;
}

/** A cell that at least one side changed. */
export interface Meeting {
  key: string;
  base?: Cell;
  mine?: Cell;
  theirs?: Cell;
  /** Who changed it. `both` have to be chosen between. */
  by: "mine" | "theirs" | "both";
}

/** What two sides changed, cell by cell. What both changed alike is not among it. */
export function meetings(base: Cells, mine: Cells, theirs: Cells): Meeting[] {
  const keys = [...new Set([...keysOf(base), ...keysOf(mine), ...keysOf(theirs)])];
  return keys.flatMap((key): Meeting[] => {
    const cells = { base: cellOf(base, key), mine: cellOf(mine, key), theirs: cellOf(theirs, key) };
    if (same(cells.mine, cells.theirs)) return [];
    const by = same(cells.base, cells.mine) ? "theirs" : same(cells.base, cells.theirs) ? "mine" : "both";
    return [{ key, ...cells, by }];
  });
}

export type Choice = "mine" | "theirs";

/** One canvas of two sides: theirs, with each cell that is mine by what was chosen. Mine that are new come last. */
export function merged(theirs: Cells, all: readonly Meeting[], choose: (meeting: Meeting) => Choice): Cells {
  const mine = new Map(all.filter((meeting) => choose(meeting) === "mine").map((meeting) => [meeting.key, meeting]));
  const keys = keysOf(theirs);
  const kept = theirs.flatMap((cell, at): Cell[] => {
    const meeting = mine.get(keys[at] ?? "");
    return meeting ? (meeting.mine ? [meeting.mine] : []) : [cell];
  });
  const added = [...mine.values()].flatMap(({ key, mine: cell }) => (cell && !keys.includes(key) ? [cell] : []));
  return [...kept, ...added];
}
