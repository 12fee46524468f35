// JSON as text: where its parts stand, and how a value is changed while all that stays the same keeps its bytes. Numbers with more digits
// than JavaScript keeps, the order of keys, escapes and spaces stay as somebody else wrote them.

/** Where a value stands in a text. */
export interface Span {
  start: number;
  end: number;
}

/** A member of an object: its key, where the key stands, and where its value does. */
export interface Member extends Span {
  key: string;
  keyStart: number;
  keyEnd: number;
}

function space(text: string, at: number): number {
  let place = at;
  while (place < text.length && " \t\r\n".includes(text.charAt(place))) place++;
  return place;
}

function stringEnd(text: string, at: number): number {
  for (let place = at + 1; place < text.length; place++) {
    const char = text.charAt(place);
    if (char === "\\") place++;
    else if (char === '"') return place + 1;
  }
  throw new SyntaxError("A text does not end.");
}

/** The end of the value that begins at `at`. The text is JSON: `JSON.parse` has read it. */
export function valueEnd(text: string, at: number): number {
  const first = text.charAt(at);
  if (first === '"') return stringEnd(text, at);
  if (first !== "{" && first !== "[") {
    let place = at;
    while (place < text.length && !",]} \t\r\n".includes(text.charAt(place))) place++;
    return place;
  }
  let depth = 0;
  for (let place = at; place < text.length; ) {
    const char = text.charAt(place);
    if (char === '"') {
      place = stringEnd(text, place);
      continue;
    }
    if (char === "{" || char === "[") depth++;
    if ((char === "}" || char === "]") && --depth === 0) return place + 1;
    place++;
  }
  throw new SyntaxError("A value does not end.");
}

/** The members of the object that begins at `at`, in their order. */
function members(text: string, at = 0): Member[] {
  const found: Member[] = [];
  let place = space(text, space(text, at) + 1);
  while (text.charAt(place) !== "}") {
    const keyStart = place;
    const keyEnd = stringEnd(text, keyStart);
    const start = space(text, space(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    found.push({ key: JSON.parse(text.slice(keyStart, keyEnd)), keyStart, keyEnd, start, end });
    place = space(text, end);
    if (text.charAt(place) === ",") place = space(text, place + 1);
  }
  return found;
}

/** The elements of the list that begins at `at`. */
export function elements(text: string, at = 0): Span[] {
  const found: Span[] = [];
  let place = space(text, space(text, at) + 1);
  while (text.charAt(place) !== "]") {
    const end = valueEnd(text, place);
    found.push({ start: place, end });
    place = space(text, end);
    if (text.charAt(place) === ",") place = space(text, place + 1);
  }
  return found;
}

/** The member that counts, where a key stands twice: the last, as `JSON.parse` and the server have it. */
export function member(text: string, key: string, at = 0): Member | undefined {
  return members(text, at).findLast((each) => each.key === key);
}

/**
 * A text of JSON without halves of characters (lone surrogates), which other readers refuse: each becomes the mark for what cannot be shown. All
 * else stays as it is.
 */
export function wellFormed(text: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return text;
  const escapes = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs;
  return text.replace(escapes, (found) => (/^\\u[dD].{3}$/.test(found) ? "\\ufffd" : found));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values of JSON are the same. The order of keys does not matter. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => same(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a).filter((key) => a[key] !== undefined);
  if (keys.length !== Object.keys(b).filter((key) => b[key] !== undefined).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** An object with some of its fields set; `undefined` takes a field out. A key named `__proto__` is a key like others. */
export function withFields<T extends object>(value: T, fields: Record<string, unknown>): T {
  const kept = Object.entries(value).filter(([key]) => !Object.hasOwn(fields, key) || fields[key] !== undefined);
  const set = kept.map(([key, old]) => [key, Object.hasOwn(fields, key) ? fields[key] : old]);
  const added = Object.entries(fields).filter(([key, given]) => given !== undefined && !Object.hasOwn(value, key));
  return Object.fromEntries([...set, ...added]) as T;
}

/** The text of `after`, made of that of `before`: what is the same in both keeps its bytes. */
export function patched(text: string, before: unknown, after: unknown): string {
  if (same(before, after)) return text;
  if (isObject(before) && isObject(after)) return patchedObject(text, before, after);
  if (Array.isArray(before) && Array.isArray(after)) return patchedList(text, before, after);
  return JSON.stringify(after);
}

function patchedObject(text: string, before: Record<string, unknown>, after: Record<string, unknown>): string {
  const old = members(text);
  const first = old[0];
  const second = old[1];
  const colon = first ? text.slice(first.keyEnd, first.start) : ":";
  const between = first && second ? text.slice(first.end, second.keyStart) : ",";
  const kept = old.filter(({ key }) => Object.hasOwn(after, key) && after[key] !== undefined);
  const parts = kept.map((each) => {
    const isLast = kept.findLast(({ key }) => key === each.key) === each;
    const value = text.slice(each.start, each.end);
    return text.slice(each.keyStart, each.start) + (isLast ? patched(value, before[each.key], after[each.key]) : value);
  });
  for (const [key, value] of Object.entries(after)) {
    if (value !== undefined && !Object.hasOwn(before, key)) {
      parts.push(JSON.stringify(key) + colon + JSON.stringify(value));
    }
  }
  return around(
    text,
    old.map(({ keyStart, end }) => ({ start: keyStart, end })),
    parts,
    (at) => {
      const [left, right] = [kept[at - 1], kept[at]];
      const adjacent = left && right && old.indexOf(right) === old.indexOf(left) + 1;
      return adjacent ? text.slice(left.end, right.keyStart) : between;
    },
  );
}

function patchedList(text: string, before: unknown[], after: unknown[]): string {
  const old = elements(text);
  const slice = (at: number) => text.slice(old[at]?.start, old[at]?.end);
  let head = 0;
  while (head < before.length && head < after.length && same(before[head], after[head])) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    same(before[before.length - 1 - tail], after[after.length - 1 - tail])
  )
    tail++;
  const parts = after.map((value, at) => {
    if (at >= after.length - tail) return slice(at - after.length + before.length);
    if (at >= before.length - tail) return JSON.stringify(value) ?? "null";
    return patched(slice(at), before[at], value) ?? "null";
  });
  const [first, second] = old;
  const between = first && second ? text.slice(first.end, second.start) : ",";
  return around(text, old, parts, (at) => {
    const [left, right] = [old[at - 1], old[at]];
    return before.length === after.length && left && right ? text.slice(left.end, right.start) : between;
  });
}

/** Parts between the brackets of an old text, with its spaces at the beginning and the end. */
function around(text: string, old: Span[], parts: string[], between: (at: number) => string): string {
  const trimmed = text.trim();
  const open = trimmed.charAt(0);
  const close = trimmed.charAt(trimmed.length - 1);
  if (parts.length === 0) return open + close;
  const first = old[0];
  const last = old.at(-1);
  const lead = first ? text.slice(text.indexOf(open) + 1, first.start) : "";
  const trail = last ? text.slice(last.end, text.lastIndexOf(close)) : "";
  return open + lead + parts.reduce((all, part, at) => all + between(at) + part) + trail + close;
}
