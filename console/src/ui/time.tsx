// Times: relative to be read, absolute on hover and to be copied.
import { useSyncExternalStore } from "react";
import { lately, now, watch } from "../api/clock";

const UNITS: [number, string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];

/** A length of time in words: `240 ms`, `1.2 s`, `3 min 5 s`, `2 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const at = UNITS.findIndex(([size]) => ms >= size);
  const [size, name] = UNITS[at] ?? [1000, "s"];
  const whole = `${Math.floor(ms / size)} ${name}`;
  const next = UNITS[at + 1];
  const rest = next ? Math.floor((ms % size) / next[0]) : 0;
  return next && rest > 0 ? `${whole} ${rest} ${next[1]}` : whole;
}

/** How long ago, or in how long: `12 s ago`, `in 3 min`. */
export function relative(at: number, now: number): string {
  const away = Math.abs(now - at);
  if (away < 1000) return "now";
  const [size, name] = UNITS.find(([unit]) => away >= unit) ?? [1000, "s"];
  const count = `${Math.floor(away / size)} ${name}`;
  return at <= now ? `${count} ago` : `in ${count}`;
}

/** The time now, told anew every five seconds. */
export function useNow() {
  return useSyncExternalStore(watch, lately);
}

/** One for all, made when it is first needed: making one takes longer than a row of a list may. */
let whole: Intl.DateTimeFormat | undefined;

/** A moment. Without one, a dash. */
export function Time({ at }: { at: string | null | undefined }) {
  const current = useNow();
  if (!at) return <span className="muted">—</span>;
  const moment = new Date(at);
  return (
    <time dateTime={at} title={wholeOf(moment)}>
      {relative(moment.getTime(), Math.max(current, moment.getTime() <= now() ? moment.getTime() : 0))}
    </time>
  );
}

function wholeOf(moment: Date): string {
  whole ??= new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  return Number.isNaN(moment.getTime()) ? "" : whole.format(moment);
}

/** A count with its thousands, or a dash for what is not known. It is made for each node and row, so it does not ask the browser's tables. */
export function count(number: number | null | undefined): string {
  if (number == null) return "—";
  return Number.isInteger(number) ? String(number).replace(/\B(?=(\d{3})+$)/g, ",") : number.toLocaleString("en-US");
}
