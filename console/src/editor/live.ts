// What happens on a canvas while it is looked at: counts of each agent in a window, and which links events went along just now.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, call } from "../api/client";
import { now } from "../api/clock";
import { ApiError } from "../api/error";
import { allRows } from "../api/pages";
import type { Row, Schemas } from "../api/types";
import { byName, ownOf } from "../own";
import { spaced } from "../ui/spaced";
import { useStable } from "../ui/use-stable";
import type { Figures } from "./canvas/graph";
import type { Mark, Marks } from "./canvas/look";
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

/** What came is asked for so often; less often where nothing came for a while and nobody stirs; at once when somebody does. */
const LIVE_MS = 2000;
const RESTING_MS = 6000;
const AWAKE_MS = 180_000;
/** Counts are read again when something came, but not more often than this; and now and then, since the window moves on. */
const COUNTS_MS = 5000;
const WINDOW_MS = 120_000;
/** The server counts an event up to some seconds after it is there: so many rounds after the last one, counts are read again. */
const COUNTED = 3;

/** How long to wait before it is asked again what came. */
export function paceOf(stirred: number, now: number): number {
  return now - stirred < AWAKE_MS ? LIVE_MS : RESTING_MS;
}

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

/** So many steps of a run are shown one after the other; what is deeper goes with the last. */
const WAVES = 6;
/** From one step to the next, in milliseconds. */
const STEP_MS = 450;

/** The links that events went along, by how deep in their runs they are: what came first goes first. */
export function wavesOf(
  cells: Cells,
  events: readonly Pick<Schemas["Change"], "cell_id" | "groups" | "hop">[],
): ReadonlySet<string>[] {
  const hops = [...new Set(events.map(({ hop }) => hop))].sort((one, other) => one - other);
  const first = hops.slice(0, WAVES - 1).map((hop) => events.filter((event) => event.hop === hop));
  const rest = events.filter((event) => hops.indexOf(event.hop) >= WAVES - 1);
  return [...first, rest].map((wave) => new Set(linksTaken(cells, wave))).filter((wave) => wave.size > 0);
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
  const from = new Date(now() - WINDOWS[window].ms).toISOString();
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
    refetchInterval: window === "24h" && WINDOW_MS,
    queryFn: () => allAgents(project, workflow),
  });
  const metrics = useQuery({
    queryKey: ["editor", "metrics", project, workflow, window],
    // The agents have their counts of a day.
    enabled: built > 0 && window !== "24h",
    refetchInterval: WINDOW_MS,
    queryFn: () => allMetrics(project, workflow, window),
  });
  const before = useRef<ReadonlyMap<string, Figures>>(new Map());
  return useMemo(() => {
    const sums = metrics.data && summed(metrics.data);
    const figures = new Map<string, Figures>();
    for (const agent of agents.data ?? []) {
      const { received, emitted, errors, emitted_by_group: groups } = agent.counts;
      const none = { received: 0, emitted: 0, errors: 0 };
      const own = window === "24h" ? { received, emitted, errors, groups } : (sums?.get(agent.cell_id) ?? none);
      const next: Figures = { ...own, lastError: agent.last_error_at, notWorking: agent.working?.reason };
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

/** What is said of links. Those of which nothing else is said keep their object, so that they are not drawn anew. */
export function useLinkMarks(cells: Cells, figures: ReadonlyMap<string, Figures>, window: Window): Marks {
  const before = useRef<ReadonlyMap<string, Mark>>(new Map());
  return useMemo(() => {
    const links = new Map<string, Mark>();
    const counts = `Events in the last ${WINDOWS[window].label}`;
    for (const [key, count] of linkCounts(cells, figures)) {
      const old = before.current.get(key);
      links.set(key, old?.count === count && old.counts === counts ? old : { count, counts });
    }
    before.current = links;
    return { links };
  }, [cells, figures, window]);
}

/** Follows what comes: how often events went along each link since the page was opened. It also tells the store what others did. */
export function usePulses(project: string, workflow: string, store: EditorStore, built: Cells | undefined) {
  const queries = useQueryClient();
  const cursor = useRef<string>(undefined);
  const stirred = useRef(Date.now());
  const count = useMemo(
    () =>
      spaced(() => {
        void queries.invalidateQueries({ queryKey: ["editor", "agents", project, workflow] });
        void queries.invalidateQueries({ queryKey: ["editor", "metrics", project, workflow] });
      }, COUNTS_MS),
    [queries, project, workflow],
  );
  useEffect(() => {
    const stir = () => {
      const rested = paceOf(stirred.current, Date.now()) === RESTING_MS;
      stirred.current = Date.now();
      if (rested) void queries.invalidateQueries({ queryKey: ["editor", "changes", project, workflow] });
    };
    document.addEventListener("pointermove", stir, { passive: true });
    document.addEventListener("keydown", stir);
    return () => {
      document.removeEventListener("pointermove", stir);
      document.removeEventListener("keydown", stir);
    };
  }, [queries, project, workflow]);
  const [pulses, setPulses] = useState<ReadonlyMap<string, number>>(() => new Map());
  const { data, dataUpdatedAt, error } = useQuery({
    queryKey: ["editor", "changes", project, workflow],
    refetchInterval: ({ state }) => !isGone(state.error) && paceOf(stirred.current, Date.now()),
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
  // Each answer is told of once: what an old one said is not true any more.
  useEffect(() => {
    if (isGone(error)) store.sawGone();
    if (error || !data) return;
    store.sawVersion(data.version);
    store.sawState(data.state, data.built_version);
  }, [data, error, store]);
  const show = useStable((events: readonly Schemas["Change"][]) => {
    for (const [at, wave] of wavesOf(built ?? [], events).entries()) {
      const pulse = () =>
        setPulses((now) => {
          const next = new Map(now);
          for (const link of wave) next.set(link, (next.get(link) ?? 0) + 1);
          return next;
        });
      setTimeout(pulse, at * STEP_MS);
    }
  });
  const due = useRef(0);
  useEffect(() => {
    if (!data || data.events.length === 0) return;
    stirred.current = Date.now();
    due.current = COUNTED;
    show(data.events);
  }, [data, show]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer is a round, also one that says the same as the last.
  useEffect(() => {
    if (due.current === 0) return;
    due.current -= 1;
    count();
  }, [dataUpdatedAt, count]);
  return pulses;
}
