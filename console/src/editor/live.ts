// What happens on a canvas while it is looked at: counts of each agent in a window, and which links events went along just now.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, call } from "../api/client";
import { ApiError } from "../api/error";
import { allRows } from "../api/pages";
import type { Row, Schemas } from "../api/types";
import { byName, ownOf } from "../own";
import type { Figures } from "./canvas/graph";
import { type Cells, endOf, groupOf, idOf, isLink } from "./model/cells";
import { same } from "./model/json";
import { versionOf } from "./server";
import type { EditorStore } from "./store";

export type Window = "1h" | "24h" | "7d";
export const WINDOWS: Record<Window, { label: string; ms: number }> = {
  "1h": { label: "1 h", ms: 3_600_000 },
  "24h": { label: "24 h", ms: 86_400_000 },
  "7d": { label: "7 d", ms: 7 * 86_400_000 },
};

type Metric = Row<"metrics_list">;

/** The counts of each agent over the hours of a window. */
export function summed(rows: readonly Metric[]): Map<string, Figures> {
  const sums = new Map<string, Figures>();
  for (const row of rows) {
    const old = sums.get(row.cell_id);
    sums.set(row.cell_id, {
      received: (old?.received ?? 0) + row.received,
      emitted: (old?.emitted ?? 0) + row.emitted,
      errors: (old?.errors ?? 0) + row.errors,
      groups: added(old?.groups, row.emitted_by_group),
    });
  }
  return sums;
}

function added(one: Readonly<Record<string, number>> = {}, other: Readonly<Record<string, number>> = {}) {
  const sum = byName<number>();
  for (const [group, count] of [...Object.entries(one), ...Object.entries(other)])
    sum[group] = (sum[group] ?? 0) + count;
  return sum;
}

/** The links that events of these groups went along: the same choice that routing makes. */
export function linksTaken(cells: Cells, events: readonly Pick<Schemas["Change"], "cell_id" | "groups">[]): string[] {
  const links = cells.filter(isLink);
  return events.flatMap((event) =>
    links.flatMap((link) => {
      const group = groupOf(link);
      const takes = endOf(link, "source") === event.cell_id && (group === undefined || event.groups.includes(group));
      return takes ? [idOf(link) ?? ""] : [];
    }),
  );
}

/** How many events went along each link in the window, where the server counts events by group. */
export function linkCounts(cells: Cells, figures: ReadonlyMap<string, Figures>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const link of cells) {
    const id = idOf(link);
    const of = isLink(link) ? figures.get(endOf(link, "source") ?? "") : undefined;
    if (!of?.groups || id === undefined) continue;
    const group = groupOf(link);
    const all = of.emitted;
    const count = group === undefined ? all : (ownOf(of.groups, group) ?? 0);
    if (count) counts.set(id, count);
  }
  return counts;
}

async function allMetrics(project: string, workflow: string, window: Window): Promise<Metric[]> {
  const from = new Date(Date.now() - WINDOWS[window].ms).toISOString();
  const path = { project, workflow };
  // A canvas of 300 agents over a week has more rows than are worth a wait: what is read is bounded.
  return allRows(
    (cursor) =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/metrics", {
          params: { path, query: { from, limit: 200, cursor } },
        }),
      ),
    20,
  );
}

async function allAgents(project: string, workflow: string): Promise<Row<"agents_list">[]> {
  const path = { project, workflow };
  return allRows(
    (cursor) =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/agents", {
          params: { path, query: { limit: 200, cursor } },
        }),
      ),
    5,
  );
}

/** The figures of each agent that is built, in the window. The objects of those that did not change stay the same. */
export function useFigures(project: string, workflow: string, built: number, window: Window) {
  const agents = useQuery({
    queryKey: ["editor", "agents", project, workflow, built],
    enabled: built > 0,
    refetchInterval: 15_000,
    queryFn: () => allAgents(project, workflow),
  });
  const metrics = useQuery({
    queryKey: ["editor", "metrics", project, workflow, window],
    enabled: built > 0,
    refetchInterval: 15_000,
    queryFn: () => allMetrics(project, workflow, window),
  });
  const before = useRef<ReadonlyMap<string, Figures>>(new Map());
  return useMemo(() => {
    const sums = metrics.data && summed(metrics.data);
    const figures = new Map<string, Figures>();
    for (const agent of agents.data ?? []) {
      const own = sums?.get(agent.cell_id) ?? { received: 0, emitted: 0, errors: 0 };
      const next: Figures = {
        ...(window === "24h" ? { ...own, ...agent.counts } : own),
        lastError: agent.last_error_at,
      };
      const old = before.current.get(agent.cell_id);
      figures.set(agent.cell_id, old && same(old, next) ? old : next);
    }
    before.current = figures;
    return figures;
  }, [agents.data, metrics.data, window]);
}

/** The cells of the version that runs. */
export function useBuilt(project: string, workflow: string, built: number): Cells | undefined {
  return useQuery({
    queryKey: ["editor", "version", project, workflow, built],
    enabled: built > 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => versionOf(project, workflow, built),
  }).data?.cells;
}

/** Whether a workflow is not there any more. */
function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Follows what comes: how often events went along each link since the page was opened. It also tells the store what others did. */
export function usePulses(project: string, workflow: string, store: EditorStore, built: Cells | undefined) {
  const queries = useQueryClient();
  const cursor = useRef<string>(undefined);
  const [pulses, setPulses] = useState<ReadonlyMap<string, number>>(() => new Map());
  const { data, error } = useQuery({
    queryKey: ["editor", "changes", project, workflow],
    refetchInterval: (query) => !isGone(query.state.error) && 2000,
    gcTime: 0,
    queryFn: async () => {
      const params = { path: { project, workflow }, query: { after: cursor.current, limit: 100 } };
      const answer = await call(api.GET("/api/v1/projects/{project}/workflows/{workflow}/changes", { params })).catch(
        (error) => {
          // A cursor that is not good any more: the next round begins anew.
          cursor.current = undefined;
          throw error;
        },
      );
      cursor.current = answer.meta.next_cursor ?? cursor.current;
      return answer.data;
    },
  });
  useEffect(() => {
    if (isGone(error)) store.sawGone();
  }, [error, store]);
  useEffect(() => {
    if (!data) return;
    store.sawVersion(data.version);
    store.sawState(data.state, data.built_version);
    if (data.events.length === 0) return;
    void queries.invalidateQueries({ queryKey: ["editor", "agents", project, workflow] });
    void queries.invalidateQueries({ queryKey: ["editor", "metrics", project, workflow] });
    if (!built) return;
    const taken = linksTaken(built, data.events);
    setPulses((now) => {
      const next = new Map(now);
      for (const link of taken) next.set(link, (next.get(link) ?? 0) + 1);
      return next;
    });
  }, [data, store, queries, project, workflow, built]);
  return pulses;
}
