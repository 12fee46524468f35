// The time that a list looks at: a window that ends now, or a span between two moments. It is in the address, as `window` or as `from` and `to`.
import { useCallback } from "react";
import { useSearchParams } from "wouter";
import { now } from "../api/clock";

export const WINDOWS: [string, number][] = [
  ["1 h", 3_600_000],
  ["24 h", 24 * 3_600_000],
  ["7 d", 7 * 24 * 3_600_000],
];

export interface Span {
  from?: string;
  to?: string;
}

/** The beginning of a window that ends now, as the API takes it. */
export function sinceOf(window: string | undefined, now: number): string | undefined {
  const length = WINDOWS.find(([name]) => name === window)?.[1];
  return length === undefined ? undefined : new Date(now - length).toISOString();
}

/** A moment of an address, as the API takes it; what is none is left out. */
export function momentOf(text: string | null | undefined): string | undefined {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** A moment as a field for a date and a time has it, in the time of whoever looks. */
export function toField(moment: string | undefined): string {
  if (!moment) return "";
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The hour that ended last: what a span begins with. */
export function lastHour(now: number): Span {
  const hour = 3_600_000;
  const end = Math.floor(now / hour) * hour;
  return { from: new Date(end - hour).toISOString(), to: new Date(end).toISOString() };
}

/** The time that is looked at, and how another one is chosen. */
export function useSpan() {
  const [params, setParams] = useSearchParams();
  const window = params.get("window") ?? undefined;
  const [from, to] = [momentOf(params.get("from")), momentOf(params.get("to"))];
  const isSpan = from !== undefined || to !== undefined;
  const choose = useCallback(
    (next: Span & { window?: string }) =>
      setParams(
        () => {
          // The address itself is read: what another part of the page set in the same moment stays. Another time begins at the first page.
          const wanted = new URLSearchParams(globalThis.location.search);
          for (const name of ["cursor", "window", "from", "to"]) wanted.delete(name);
          for (const [name, value] of Object.entries(next)) if (value) wanted.set(name, value);
          return wanted;
        },
        { replace: true },
      ),
    [setParams],
  );
  return {
    window: isSpan ? undefined : window,
    from,
    to,
    isSpan,
    choose,
    /** What a list is known by. */
    key: isSpan ? `${from} ${to}` : window,
    /** What the API is asked: a window ends when it is asked. */
    asked: (): Span => (isSpan ? { from, to } : { from: sinceOf(window, now()) }),
  };
}
