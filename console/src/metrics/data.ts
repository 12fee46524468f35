// Reading what was counted.
import { useQueries, useQuery } from "@tanstack/react-query";
import { api, call } from "../api/client";
import { now } from "../api/clock";
import { allRows } from "../api/pages";
import { listRuns, versionQuery } from "../runs/reads";
import type { Place } from "./doors";
import type { Metric, Window } from "./measure";
import type { Cell } from "./shares";

/** So many pages are read at most: what is older is not shown then, and that is said. */
const PAGES = 60;

export interface Read {
  metrics: Metric[];
  /** Where what was read begins, if it is not the whole window. */
  since?: string;
  now: number;
}

async function read(project: string, workflow: string, agent: string | undefined, window: Window): Promise<Read> {
  const to = now();
  const from = new Date(to - window.length).toISOString();
  const metrics: Metric[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const { data, meta } = await call(
      api.GET("/api/v1/projects/{project}/workflows/{workflow}/metrics", {
        params: { path: { project, workflow }, query: { from, agent, limit: 200, cursor } },
      }),
    );
    metrics.push(...data);
    cursor = meta.next_cursor ?? undefined;
    if (!cursor) return { metrics, now: to };
  }
  return { metrics, now: to, since: metrics.at(-1)?.hour };
}

export function useMetrics(project: string, workflow: string | undefined, agent: string | undefined, window: Window) {
  return useQuery({
    queryKey: ["metrics", project, workflow, agent, window.name],
    enabled: workflow !== undefined,
    // A longer window moves more slowly, and is dearer to read.
    refetchInterval: window.length / 1440,
    placeholderData: (before) => before,
    queryFn: () => read(project, workflow ?? "", agent, window),
  });
}

/** The workflow in which something ran last: what is shown before somebody chooses. */
export function useLiveliest(project: string, enabled: boolean) {
  return useQuery({
    queryKey: ["metrics-liveliest", project],
    enabled,
    // Nothing moves by itself: another run elsewhere does not change the page.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const { data } = await listRuns({ project }, { limit: 1 });
      return data[0]?.workflow_id ?? null;
    },
  });
}

export function useAgents(project: string, workflow: string | undefined) {
  return useQuery({
    queryKey: ["metrics-agents", project, workflow],
    enabled: workflow !== undefined,
    staleTime: 60_000,
    queryFn: () =>
      allRows((cursor) =>
        call(
          api.GET("/api/v1/projects/{project}/workflows/{workflow}/agents", {
            params: { path: { project, workflow: workflow ?? "" }, query: { limit: 200, cursor } },
          }),
        ),
      ),
  });
}

/** The cells of versions, which never change; none while they are read. A version that cannot be read has none. */
export function useVersionCells({ project, workflow }: Place, versions: number[]): Map<number, Cell[]> | undefined {
  const read = useQueries({ queries: versions.map((version) => versionQuery(project, workflow, version)) });
  if (read.some((each) => each.isPending)) return undefined;
  const cellsOf = (options: unknown) => (options as { cells?: Cell[] } | undefined)?.cells ?? [];
  return new Map(versions.map((version, at) => [version, cellsOf(read[at]?.data?.data.options)]));
}
