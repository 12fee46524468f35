// The paths into a payload, as conditions and templates write them, each with a sample of what stands there.
import { ownOf } from "../own";
import { type Keys, keysOf, pathOf } from "../ui/paths";
import { isObject } from "./schema";

export interface Found {
  keys: Keys;
  value: unknown;
}

const MOST = 400;
const DEEPEST = 8;

/** The paths of a payload, the shallow ones first; of lists, the first element. Bounded, so that large payloads are quick. */
export function pathsOf(payload: unknown, most = MOST): Found[] {
  const found: Found[] = [];
  let level: Found[] = [{ keys: [], value: payload }];
  for (let depth = 0; depth < DEEPEST && level.length > 0 && found.length < most; depth += 1) {
    const next: Found[] = [];
    for (const { keys, value } of level) {
      const entries: [string | number, unknown][] = Array.isArray(value)
        ? value.slice(0, 1).map((item) => [0, item])
        : isObject(value)
          ? Object.entries(value)
          : [];
      for (const [key, item] of entries) {
        if (found.length + next.length >= most) break;
        next.push({ keys: [...keys, key], value: item });
      }
    }
    found.push(...next);
    level = next;
  }
  return found;
}

/** A path as conditions write it: `messages[0].text`. */
export function plainPath(keys: Keys): string {
  return keys.reduce<string>((path, key) => pathOf(path, key), "");
}

/** The value at a path of conditions; `undefined` where there is none. */
export function valueAt(payload: unknown, path: string): unknown {
  let value = payload;
  for (const key of keysOf(path)) {
    if (value === null || typeof value !== "object") return undefined;
    value = ownOf(value as Record<string, unknown>, String(key));
  }
  return value;
}

/** A value in few characters. */
export function sample(value: unknown, most = 40): string {
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (isObject(value)) return `{${Object.keys(value).slice(0, 4).join(", ")}}`;
  const text = JSON.stringify(typeof value === "string" ? value.slice(0, most + 1) : value) ?? "";
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
