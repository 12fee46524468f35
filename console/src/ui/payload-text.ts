// What a payload's lines say: paths, texts that are cut, what is read out, what has changed. Pure.
import { pathOf } from "./paths";

/** Texts longer than this are cut until somebody wants all. */
const LONG = 300;
/** A rest that is shorter than this is not worth a cut. */
const REST = 100;
/** Of lists and objects, so many elements are shown at first. */
export const MANY = 25;

/** The beginning of a text that is too long; none of one that is not. No character is cut in two. */
export function cutOf(text: string): string | undefined {
  if (text.length <= LONG + REST) return undefined;
  const end = /[\uD800-\uDBFF]/.test(text[LONG - 1] ?? "") ? LONG - 1 : LONG;
  return text.slice(0, end);
}

/** A line, as it is read out. */
export function spoken(name: string | number | undefined, value: unknown, exact?: string): string {
  const before = name === undefined ? "" : `${name}: `;
  if (Array.isArray(value)) return `${before}${sized(value.length, "element")}`;
  if (value !== null && typeof value === "object") return `${before}${sized(Object.keys(value).length, "field")}`;
  if (typeof value !== "string") return `${before}${exact ?? JSON.stringify(value) ?? "undefined"}`;
  if (value === "") return `${before}an empty text`;
  const cut = cutOf(value);
  return before + (cut === undefined ? value : `${cut} ${rest(value)}`);
}

/** What stands behind a text that is cut. */
export function rest(text: string): string {
  return `… all ${text.length.toLocaleString("en-US")} characters`;
}

function sized(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** The paths of `after` that are new or differ from `before`. */
export function changes(before: unknown, after: unknown, path = "", found = new Set<string>()): Set<string> {
  if (before === after) return found;
  const both = [before, after].every((value) => value !== null && typeof value === "object");
  if (!both || Array.isArray(before) !== Array.isArray(after)) {
    found.add(path);
    return found;
  }
  for (const [key, item] of Object.entries(after as object)) {
    const name = Array.isArray(after) ? Number(key) : key;
    changes((before as Record<string, unknown>)[key], item, pathOf(path, name), found);
  }
  return found;
}
