// Where the bars of a timeline stand. Times in which nobody worked are compressed: a run may wait for days between two steps of a millisecond.
import type { Step } from "./steps";

/** A time in which nothing happened, drawn short. */
export interface Gap {
  /** Where it is drawn: its left edge and its width, as shares of the whole. */
  at: number;
  width: number;
  /** How long it was, in milliseconds. */
  ms: number;
}

export interface Axis {
  from: number;
  to: number;
  gaps: Gap[];
  /** Where stretches of work begin, with the time since the beginning. */
  ticks: { at: number; ms: number }[];
  /** Where a moment stands, from 0 to 1. */
  place: (ms: number) => number;
}

/** Gaps shorter than this are drawn as they are, unless work is much shorter still. */
const SHORT_MS = 250;
/** What a gap takes of the width, and all of them at most. */
const GAP = 0.12;
const GAPS = 0.5;

interface Stretch {
  from: number;
  to: number;
  at: number;
  width: number;
  gap: boolean;
}

/** The axis of some spans of work. */
export function axisOf(spans: [number, number][]): Axis {
  const sorted = spans.filter(([from, to]) => Number.isFinite(from) && to >= from).sort((a, b) => a[0] - b[0]);
  const blocks: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = blocks.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else blocks.push([from, to]);
  }
  const first = blocks[0]?.[0] ?? 0;
  const last = blocks.at(-1)?.[1] ?? 0;
  const worked = blocks.reduce((sum, [from, to]) => sum + to - from, 0);
  const limit = Math.max(SHORT_MS, worked / 3);
  const stretches: Stretch[] = [];
  let open: Stretch = { from: first, to: first, at: 0, width: 0, gap: false };
  for (const [from, to] of blocks) {
    if (from - open.to > limit) {
      stretches.push(open, { from: open.to, to: from, at: 0, width: 0, gap: true });
      open = { from, to, at: 0, width: 0, gap: false };
    } else {
      open.to = to;
    }
  }
  stretches.push(open);
  share(stretches);
  const gaps = stretches.filter(({ gap }) => gap).map(({ at, width, from, to }) => ({ at, width, ms: to - from }));
  const ticks = stretches.filter(({ gap }) => !gap).map(({ at, from }) => ({ at, ms: from - first }));
  const place = (ms: number) => {
    const inside = stretches.find(({ to }) => ms <= to) ?? stretches[stretches.length - 1];
    if (!inside || ms <= first) return 0;
    if (ms >= last) return 1;
    const length = inside.to - inside.from;
    return inside.at + (length > 0 ? ((ms - inside.from) / length) * inside.width : 0);
  };
  return { from: first, to: last, gaps, ticks, place };
}

/** Gives each stretch its part of the width: the same for each gap, and by its length for each stretch of work. */
function share(stretches: Stretch[]) {
  const gaps = stretches.filter(({ gap }) => gap).length;
  const each = gaps > 0 ? Math.min(GAP, GAPS / gaps) : 0;
  const work = stretches.filter(({ gap }) => !gap);
  // A stretch of no length has some width too: there is something to be seen.
  const least = stretches.reduce((sum, { from, to, gap }) => (gap ? sum : sum + to - from), 0) / (work.length * 4) || 1;
  const lengths = work.reduce((sum, { from, to }) => sum + Math.max(to - from, least), 0);
  let at = 0;
  for (const stretch of stretches) {
    stretch.at = at;
    stretch.width = stretch.gap ? each : (Math.max(stretch.to - stretch.from, least) / lengths) * (1 - each * gaps);
    at += stretch.width;
  }
}

/** A step on the timeline: from the event's coming until the work began it waited, then it worked. */
export interface Bar {
  step: Step;
  /** When its event came. */
  came?: number;
  from: number;
  to: number;
}

/** The bars of steps, by the time at which they began. What has not begun stands at the end. */
export function barsOf(steps: Iterable<Step>): Bar[] {
  const bars: Bar[] = [];
  for (const step of steps) {
    const came = step.received ? Date.parse(step.received.created_at) : undefined;
    const from = step.began ?? came ?? Number.POSITIVE_INFINITY;
    bars.push({ step, came, from, to: step.ended ?? from });
  }
  return bars.sort(
    (a, b) => Number(a.step.began === undefined) - Number(b.step.began === undefined) || a.from - b.from,
  );
}

/** The axis on which bars stand. */
export function axisOfBars(bars: Bar[]): Axis {
  return axisOf(bars.filter((bar) => Number.isFinite(bar.from)).map(({ from, to }) => [from, to]));
}
