// A condition in words, for where it is read and not written. Pure.
import { type Group, OPERATORS, operatorOf, readNode } from "./condition";
import { isObject } from "./schema";

/** Whether a value is a condition that can be said: rows and groups alone. */
export function isCondition(value: unknown): boolean {
  if (!isObject(value)) return false;
  const node = readNode(value);
  if (node.kind === "group") return node.items.length > 0 && node.items.every(isCondition);
  return node.kind === "row" && typeof node.row.path === "string" && operatorOf(node.row) !== "";
}

/** Whether it has parts of its own: `all`, `any` or `not`. */
export function isGroup(value: unknown): boolean {
  return groupOf(value) !== undefined;
}

function groupOf(value: unknown): Group | undefined {
  const node = readNode(value);
  return node.kind === "group" ? node.group : undefined;
}

/** `total is at least 50 and not (state is "returned")`. */
export function conditionWords(value: unknown): string {
  const node = readNode(value);
  if (node.kind === "other") return JSON.stringify(value);
  if (node.kind === "row") {
    const name = operatorOf(node.row);
    const [, words = name, wants] = OPERATORS.find(([each]) => each === name) ?? [];
    return [node.row.path, words, wants === "nothing" ? undefined : JSON.stringify(node.row.value)]
      .filter((part) => part !== undefined)
      .join(" ");
  }
  if (node.group === "not") return `not (${node.items.map(conditionWords).join()})`;
  const parts = node.items.map((item) => {
    const group = groupOf(item);
    return group === "all" || group === "any" ? `(${conditionWords(item)})` : conditionWords(item);
  });
  return parts.join(node.group === "all" ? " and " : " or ");
}
