// The shares of a split's lanes, held against the weights of the version that each event came through.
import { counted, type Metric, type Share, wilson } from "./measure";

/** A cell of a version, as far as it is a split. */
export interface Cell {
  id?: unknown;
  config?: unknown;
}

/** What a split did while its lanes had the same weights. */
export interface Span {
  /** In words: `version 3`, `versions 1, 2 and 4`. */
  versions: string;
  /** Whether all of the split's events are in this span. */
  isOnly: boolean;
  lanes: Lane[];
}

/** The versions in which something was counted, the newest first. */
export function versionsIn(metrics: Metric[]): number[] {
  const versions = new Set(metrics.flatMap(({ version }) => version ?? []));
  return [...versions].sort((a, b) => b - a);
}

/** The spans of a split that had events, the newest first. What was counted before versions were, is held against the weights of today. */
export function spans(
  split: { cell_id: string; config: Record<string, unknown> },
  metrics: Metric[],
  cells: Map<number, Cell[]>,
): Span[] {
  const byWeights = new Map<string, { groups: Weighed[]; of: Metric[] }>();
  const newestFirst = [...metrics].sort((a, b) => (b.version ?? 0) - (a.version ?? 0));
  for (const metric of newestFirst) {
    const then =
      metric.version === null ? undefined : cells.get(metric.version)?.find(({ id }) => id === split.cell_id);
    const groups = groupsOf((then?.config as Record<string, unknown> | undefined) ?? split.config);
    const key = JSON.stringify(groups);
    const span = byWeights.get(key) ?? { groups, of: [] };
    byWeights.set(key, span);
    span.of.push(metric);
  }
  const all = [...byWeights.values()]
    .map(({ groups, of }) => ({
      versions: inWords(versionsIn(of)),
      lanes: lanes(groups, counted(of, "emitted_by_group")),
    }))
    .filter((span) => span.lanes.some((lane) => lane.count > 0));
  return all.map((span) => ({ ...span, isOnly: all.length === 1 }));
}

function inWords(versions: number[]): string {
  const [last, ...others] = versions;
  if (last === undefined) return "before versions were counted";
  return others.length === 0 ? `version ${last}` : `versions ${others.reverse().join(", ")} and ${last}`;
}

interface Weighed {
  name: string;
  weight: number;
}

export interface Lane {
  group: string;
  /** The share that its weight gives it. */
  wanted: number;
  count: number;
  /** The share that it had. */
  had: Share | undefined;
}

/** The lanes of a split: how many events each got, beside what it should get. */
export function lanes(groups: Weighed[], counts: Record<string, number>): Lane[] {
  const weights = groups.reduce((sum, { weight }) => sum + weight, 0);
  const all = groups.reduce((sum, { name }) => sum + (counts[name] ?? 0), 0);
  return groups.map(({ name, weight }) => {
    const count = counts[name] ?? 0;
    return { group: name, wanted: weights > 0 ? weight / weights : 0, count, had: wilson(count, all) };
  });
}

/** The groups of a split's config, as far as they can be read. */
export function groupsOf(config: Record<string, unknown>): Weighed[] {
  const groups = Array.isArray(config.groups) ? (config.groups as unknown[]) : [];
  return groups.flatMap((group) => {
    const { name, weight = 1 } = (group ?? {}) as { name?: unknown; weight?: unknown };
    return typeof name === "string" && typeof weight === "number" ? [{ name, weight }] : [];
  });
}
