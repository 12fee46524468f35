// What is measured, added up: by agent, by hour or day, by lane; and how sure a share is.
import type { Schemas } from "../api/types";
import { byName } from "../own";

/** What an agent counted in an hour, in a version. */
export type Metric = Schemas["Metric"];

export type Measure = "received" | "emitted" | "errors" | "checks" | "took" | "dollars";

/** `took` is in milliseconds, `dollars` an estimate of what the cloud would take for it. */
export type Sums = Record<Measure, number> & {
  /** How often something took up to so many milliseconds: not cumulative. */
  tookUpTo: Record<string, number>;
};

const HOUR = 3_600_000;

export interface Window {
  name: string;
  length: number;
  /** How long a bar of a chart is. */
  bar: number;
}

export const WINDOWS: [Window, ...Window[]] = [
  { name: "24 h", length: 24 * HOUR, bar: HOUR },
  { name: "7 d", length: 7 * 24 * HOUR, bar: 6 * HOUR },
  { name: "30 d", length: 30 * 24 * HOUR, bar: 24 * HOUR },
];

export function windowOf(name: string | undefined): Window {
  return WINDOWS.find((window) => window.name === name) ?? WINDOWS[0];
}

const none = (): Sums => ({ received: 0, emitted: 0, errors: 0, checks: 0, took: 0, dollars: 0, tookUpTo: {} });

function add(sums: Sums, metric: Metric) {
  sums.received += metric.received;
  sums.emitted += metric.emitted;
  sums.errors += metric.errors;
  sums.checks += metric.checks;
  sums.took += metric.took_ms;
  sums.dollars += metric.estimated_cost.usd;
  count(sums.tookUpTo, metric.took_up_to);
}

function count(into: Record<string, number>, counts: Record<string, number>) {
  for (const [name, number] of Object.entries(counts)) into[name] = (into[name] ?? 0) + number;
}

/** The counts of a field over all metrics, by their names. */
export function counted(metrics: Metric[], field: "emitted_by_group" | "errors_by_code"): Record<string, number> {
  const sums = byName<number>();
  for (const metric of metrics) count(sums, metric[field]);
  return sums;
}

/**
 * Below what most deliveries were handled, in milliseconds: the upper end of the step in which that part of them ends. Nothing if nothing was
 * timed, or if it lies beyond the last step.
 */
export function tookBelow(tookUpTo: Record<string, number>, part: number): number | undefined {
  const all = Object.values(tookUpTo).reduce((sum, number) => sum + number, 0);
  const steps = Object.keys(tookUpTo)
    .map(Number)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  let sum = 0;
  for (const step of steps) {
    sum += tookUpTo[step] ?? 0;
    if (sum >= all * part && sum > 0) return step;
  }
  return undefined;
}

export function totals(metrics: Metric[]): Sums {
  const sums = none();
  for (const metric of metrics) add(sums, metric);
  return sums;
}

export interface AgentSums extends Sums {
  cell: string;
  last: string | null;
}

export interface VersionSums extends Sums {
  /** None for what was counted before versions were. */
  version: number | null;
}

/** The sums of each version, the newest first. */
export function byVersion(metrics: Metric[]): VersionSums[] {
  const versions = new Map<number | null, VersionSums>();
  for (const metric of metrics) {
    const version = metric.version;
    const sums = versions.get(version) ?? { version, ...none() };
    versions.set(version, sums);
    add(sums, metric);
  }
  return [...versions.values()].sort((a, b) => (b.version ?? 0) - (a.version ?? 0));
}

/** The sums of each agent; those that did most come first. */
export function byAgent(metrics: Metric[]): AgentSums[] {
  const agents = new Map<string, AgentSums>();
  for (const metric of metrics) {
    const sums = agents.get(metric.cell_id) ?? { cell: metric.cell_id, last: null, ...none() };
    agents.set(metric.cell_id, sums);
    add(sums, metric);
    for (const at of [metric.last_received_at, metric.last_emitted_at, metric.last_check_at]) {
      if (at && (!sums.last || at > sums.last)) sums.last = at;
    }
  }
  // Triggers take nothing in, and belong where their events are many.
  const did = ({ received, emitted }: Sums) => Math.max(received, emitted);
  return [...agents.values()].sort((a, b) => did(b) - did(a) || (a.cell < b.cell ? -1 : 1));
}

export interface Bar extends Sums {
  /** When it begins, in milliseconds. */
  at: number;
}

/** The sums of each bar of the window that ends now. A bar without anything is there, too: its zeros are known. */
export function byTime(metrics: Metric[], window: Window, now: number): Bar[] {
  const { length, bar } = window;
  const end = Math.floor(now / HOUR) * HOUR + HOUR;
  const start = end - length;
  const bars: Bar[] = Array.from({ length: length / bar }, (_, at) => ({ at: start + at * bar, ...none() }));
  for (const metric of metrics) {
    const found = bars[Math.floor((Date.parse(metric.hour) - start) / bar)];
    if (found) add(found, metric);
  }
  return bars;
}

/** A share with its interval. */
export interface Share {
  share: number;
  low: number;
  high: number;
}

/** The share of some among all, with Wilson's interval of 95 %: it holds for small numbers, and never leaves 0 to 1. */
export function wilson(some: number, all: number): Share | undefined {
  if (all <= 0) return undefined;
  const z = 1.959964;
  const share = some / all;
  const middle = (share + z ** 2 / (2 * all)) / (1 + z ** 2 / all);
  const half = (z / (1 + z ** 2 / all)) * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2));
  return {
    share,
    low: some === 0 ? 0 : Math.max(0, middle - half),
    high: some === all ? 1 : Math.min(1, middle + half),
  };
}

/** A share in words: `33 %`, `0.4 %`. */
export function percent(share: number): string {
  const hundreds = share * 100;
  if (hundreds > 0 && hundreds < 0.1) return "< 0.1 %";
  return `${hundreds < 10 && hundreds > 0 ? hundreds.toFixed(1) : Math.round(hundreds)} %`;
}
