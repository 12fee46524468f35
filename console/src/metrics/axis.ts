// Where an axis has its marks, and what they say.
import { day, hourOf } from "../ui/clock";

/** Marks from 0 to above the greatest value: three or four, at round numbers. */
export function ticks(most: number, whole: boolean): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const step = whole ? Math.max(1, round) : round;
  const count = Math.ceil(most / step);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** How wide a label is, with the room around it. */
const ROOM = 56;

/** Which bars are labelled with their time: as many as have room. */
export function places(at: number[], bar: number, width: number): { index: number; text: string }[] {
  const every = Math.max(1, Math.ceil((at.length * ROOM) / Math.max(width, ROOM)));
  return at.flatMap((moment, index) =>
    index % every === 0 && (at.length - index) * (width / at.length) > 40 ? [{ index, text: label(moment, bar) }] : [],
  );
}

function label(moment: number, bar: number): string {
  const at = new Date(moment);
  return bar >= 6 * 3_600_000 ? day(at) : hourOf(at);
}

/** A length of time at an axis, in one unit: `200 s`, `17 min`. */
export function shortTime(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 600_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return ms < 36_000_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
