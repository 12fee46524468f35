// A payload in one line, for lists. It is read only as far as it is shown.
import { exactOf } from "../api/exact";

/** So many characters are made: more than any column shows. */
const MOST = 200;

/** A payload in one line: names stand without quotes, and a payload's own fields without braces. */
export function inLine(payload: unknown): string {
  let line = "";
  const isFull = () => line.length >= MOST;
  const each = (holder: object, names: boolean) => {
    let isFirst = true;
    for (const [name, value] of Object.entries(holder)) {
      if (isFull()) return;
      line += `${isFirst ? "" : ", "}${names ? `${name}: ` : ""}`;
      isFirst = false;
      add(value, exactOf(holder, name));
    }
  };
  const add = (value: unknown, exact?: string) => {
    if (isFull()) return;
    if (value === null || typeof value !== "object") {
      line += exact ?? JSON.stringify(typeof value === "string" ? value.slice(0, MOST) : value);
      return;
    }
    const isList = Array.isArray(value);
    line += isList ? "[" : "{";
    each(value, !isList);
    line += isList ? "]" : "}";
  };
  const isOpen = payload !== null && typeof payload === "object" && !Array.isArray(payload);
  if (isOpen && Object.keys(payload).length > 0) each(payload, true);
  else add(payload);
  return isFull() ? `${line.slice(0, MOST)}…` : line;
}
