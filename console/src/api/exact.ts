// Numbers with more digits than JavaScript keeps, like the ids of some services: values stay numbers, and beside them stands what was written.
import { learn } from "./clock";

/** The digits of such numbers, by the object or list that they are in. */
const digits = new WeakMap<object, Map<string, string>>();

/** Whether a text may hold such a number: reading with them takes longer. */
const LONG = /[[:,\s]-?(?:\d[\d.]{15}|\d[\d.]*[eE])/;

/** How a number of JSON was written, which newer browsers tell. */
interface Written {
  source?: string;
}

/** Reads JSON, and keeps the digits that get lost. */
export function parseExactly(text: string): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  const reviver = function (this: object, key: string, value: unknown, written?: Written): unknown {
    const source = written?.source;
    if (typeof value === "number" && source !== undefined && isLost(value, source)) {
      digits.set(this, (digits.get(this) ?? new Map()).set(key, source));
    }
    return value;
  };
  return JSON.parse(text, reviver);
}

/** Whether a number says something else than what was written: `1.10` and `1e2` do not. */
function isLost(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  if (/^-?\d+$/.test(source)) return BigInt(value) !== BigInt(source);
  return significant(source).length > 15 && significant(source) !== significant(String(value));
}

/** The digits that count. */
function significant(source: string): string {
  return source
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+|0+$/g, "");
}

/** The digits of a number in an object or list, where JavaScript keeps fewer. */
export function exactOf(holder: object, key: string | number): string | undefined {
  return digits.get(holder)?.get(String(key));
}

/** What marks digits until all is written; no payload can hold it. */
const MARK = `exact ${crypto.getRandomValues(new Uint32Array(4)).join(" ")} `;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, "g");

/** A value as a text of JSON, with all digits. */
export function exactText(value: unknown): string {
  const marked = function (this: object, key: string, inner: unknown): unknown {
    const exact = exactOf(this, key);
    return exact === undefined ? inner : MARK + exact;
  };
  return (JSON.stringify(value, marked, 2) ?? "").replace(MARKED, "$1");
}

/** Asks, takes the time from the answer, and reads the numbers of a good answer with all digits. */
export async function fetchExactly(request: Request): Promise<Response> {
  const asked = Date.now();
  const answer = await fetch(request);
  learn(answer.headers.get("date"), asked, Date.now());
  const isJson = answer.headers.get("content-type")?.includes("json");
  if (answer.status !== 200 || !isJson) return answer;
  const text = await answer.text();
  const headers = new Headers(answer.headers);
  // With a length, an answer is read by its own `json`.
  headers.set("content-length", String(text.length));
  const made = new Response(text, { status: answer.status, statusText: answer.statusText, headers });
  return Object.defineProperty(made, "json", { value: async () => (text === "" ? undefined : parseExactly(text)) });
}
