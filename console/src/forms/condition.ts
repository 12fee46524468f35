// Conditions as rows that nest. What is none of both known forms stays as JSON. Pure.
import { valueAt } from "./paths";
import { isObject } from "./schema";

export type Group = "all" | "any" | "not";

export type Node = { kind: "group"; group: Group; items: unknown[] } | { kind: "row"; row: Row } | { kind: "other" };

/** A comparison, as it is written: with `operator`, or `op` for short. */
export type Row = Record<string, unknown> & { path?: unknown; operator?: unknown; op?: unknown; value?: unknown };

/** What a comparison compares with. */
export type Wants = "any" | "order" | "text" | "list" | "type" | "nothing";

export const OPERATORS: [name: string, words: string, wants: Wants][] = [
  ["eq", "is", "any"],
  ["ne", "is not", "any"],
  ["gt", "is more than", "order"],
  ["gte", "is at least", "order"],
  ["lt", "is less than", "order"],
  ["lte", "is at most", "order"],
  ["contains", "contains", "any"],
  ["not_contains", "does not contain", "any"],
  ["starts_with", "begins with", "text"],
  ["ends_with", "ends with", "text"],
  ["in", "is one of", "list"],
  ["not_in", "is none of", "list"],
  ["matches", "matches the pattern", "text"],
  ["not_matches", "does not match the pattern", "text"],
  ["is_type", "is of the type", "type"],
  ["is_empty", "is empty", "nothing"],
  ["is_not_empty", "is not empty", "nothing"],
  ["exists", "is there", "nothing"],
  ["not_exists", "is not there", "nothing"],
];

export const TYPES = ["null", "boolean", "number", "integer", "string", "array", "object"];

const ROW = new Set(["path", "operator", "op", "value", "as"]);

export function readNode(value: unknown): Node {
  if (value === undefined || value === null) return { kind: "row", row: NEW_ROW };
  if (!isObject(value)) return { kind: "other" };
  const keys = Object.keys(value);
  const [key] = keys;
  if (keys.length === 1 && (key === "all" || key === "any") && Array.isArray(value[key])) {
    return { kind: "group", group: key, items: value[key] };
  }
  if (keys.length === 1 && key === "not" && isObject(value.not))
    return { kind: "group", group: "not", items: [value.not] };
  if (keys.every((each) => ROW.has(each)) && !("operator" in value && "op" in value))
    return { kind: "row", row: value };
  return { kind: "other" };
}

export function writeGroup(group: Group, items: unknown[]): Record<string, unknown> {
  if (group !== "not") return { [group]: items };
  return { not: items.length === 1 ? items[0] : { all: items } };
}

export function operatorOf(row: Row): string {
  const name = row.operator ?? row.op;
  return typeof name === "string" ? name : "";
}

export function wantsOf(operator: string): Wants {
  return OPERATORS.find(([name]) => name === operator)?.[2] ?? "any";
}

/** A row with another operator. Its value stays where the new one can take it. */
export function withOperator(row: Row, operator: string, found: unknown): Row {
  const key = "op" in row ? "op" : "operator";
  const { value, ...rest } = row;
  const next = { ...rest, [key]: operator };
  const wants = wantsOf(operator);
  if (wants === "nothing") return next;
  return { ...next, value: fitting(value, wants, found) };
}

function fitting(value: unknown, wants: Wants, found: unknown): unknown {
  const one = Array.isArray(value) && wants !== "list" ? value[0] : value;
  switch (wants) {
    case "list":
      return Array.isArray(one) ? one : one === undefined || one === "" ? [] : [one];
    case "type":
      return TYPES.includes(String(one)) ? one : "string";
    case "text":
      return typeof one === "string" ? one : "";
    case "order":
      // More and less is mostly asked of numbers: unless a text was written, or stands there, the value begins as one.
      if (typeof one === "number" || (typeof one === "string" && one !== "")) return one;
      return typeof found === "string" ? "" : 0;
    default:
      return one ?? begun(found);
  }
}

/** A value to begin with, of the type of what the last event has there. */
function begun(found: unknown): unknown {
  if (typeof found === "number") return 0;
  if (typeof found === "boolean") return true;
  return "";
}

/** A row with another path. A value that nobody has written takes the type of what stands there. */
export function withPath(row: Row, path: string, found: unknown): Row {
  const next = { ...row, path };
  const wants = wantsOf(operatorOf(row));
  const untouched = row.value === undefined || row.value === "";
  if ((wants === "any" || wants === "order") && untouched && operatorOf(row) !== "")
    return { ...next, value: begun(found) };
  return next;
}

/** What a condition looks at, each path once, with what an event has there. */
export function lookedAt(condition: unknown, payload: unknown): { path: string; value: unknown }[] {
  const paths = new Set<string>();
  const read = (value: unknown) => {
    const node = readNode(value);
    if (node.kind === "group") node.items.forEach(read);
    if (node.kind === "row" && typeof node.row.path === "string" && node.row.path !== "") paths.add(node.row.path);
  };
  read(condition);
  return [...paths].map((path) => ({ path, value: valueAt(payload, path) }));
}

export const NEW_ROW: Row = { path: "", operator: "eq", value: "" };
