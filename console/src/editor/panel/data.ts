// What the panel reads of an agent: the agent itself, the events that came to it and went out, its logs.
import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, call } from "../../api/client";
import { usePayload } from "../../runs/payload";
import type { Cells } from "../model/cells";
import { beginningsOf, newestFirst, type StoredEvent, sourcesOf } from "./events-of";

/** Of each source, so many events are read. */
const EACH = 10;
/** More ways in than these are not asked. */
const SOURCES = 12;
/** So often it is asked whether a first event came. */
const FIRST_MS = 5000;

/** Where an agent is. */
export interface Place {
  project: string;
  workflow: string;
  cell: string;
}

const AGENT = "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}";

/** The agent that was built of the cell; none yet for a cell that is new. */
export function useAgent(place: Place) {
  return useQuery({
    queryKey: ["agent", place.project, place.workflow, place.cell],
    queryFn: async () => (await call(api.GET(AGENT, { params: { path: { ...place } } }))).data,
    refetchInterval: 5000,
  });
}

function events(place: Place, cell: string, group: string | undefined) {
  return {
    queryKey: ["agent_events", place.project, place.workflow, cell, group ?? ""],
    staleTime: 5000,
    queryFn: async (): Promise<StoredEvent[]> => {
      const path = { project: place.project, workflow: place.workflow };
      const query = { agent: cell, group, limit: EACH, payloads: "short" };
      const { data } = await call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/events", { params: { path, query } }),
      );
      return data;
    },
  };
}

export interface Traffic {
  /** The events that came, newest first. Large payloads are left out of all but the newest. */
  incoming: StoredEvent[];
  /** The events that the agent emitted, newest first, in the same way. */
  outgoing: StoredEvent[];
  loading: boolean;
  error?: unknown;
  refresh: () => void;
}

/** Several lists as one answer. It is one object for as long as none of them changes. */
function together(results: UseQueryResult<StoredEvent[]>[]) {
  return {
    lists: results.map((result) => result.data),
    loading: results.some((result) => result.isPending),
    error: results.find((result) => result.error && !isUnknownAgent(result.error))?.error,
    refresh: () => {
      for (const result of results) void result.refetch();
    },
  };
}

/** The last events in and out. A source that the server does not know yet has none. */
export function useTraffic(place: Place, cells: Cells): Traffic {
  const sources = useMemo(() => sourcesOf(cells, place.cell).slice(0, SOURCES), [cells, place.cell]);
  const asked = useQueries({
    queries: [events(place, place.cell, undefined), ...sources.map(({ cell, group }) => events(place, cell, group))],
    combine: together,
  });
  const { incoming, outgoing } = useMemo(() => {
    const [outgoing = [], ...incoming] = asked.lists;
    return { incoming: newestFirst(incoming.map((list) => list ?? [])).slice(0, 2 * EACH), outgoing };
  }, [asked]);
  const came = useNewestWhole(place, incoming);
  const made = useNewestWhole(place, outgoing);
  const { loading, error, refresh } = asked;
  return useMemo(
    () => ({ incoming: came, outgoing: made, loading, error, refresh }),
    [came, made, loading, error, refresh],
  );
}

/** Events, the newest of them with its payload once that is known. */
function useNewestWhole(place: Place, events: StoredEvent[]): StoredEvent[] {
  const { isKnown, value } = usePayload(place, events[0]);
  return useMemo(() => {
    const [first, ...others] = events;
    return first && isKnown ? [{ ...first, payload: value }, ...others] : events;
  }, [events, isKnown, value]);
}

/** The last events with which the flow that leads to an agent began. They are read only where they are wanted, and until there are some. */
export function useBeginnings(place: Place, cells: Cells, wanted: boolean): StoredEvent[] {
  const from = useMemo(() => (wanted ? beginningsOf(cells, place.cell).slice(0, 3) : []), [cells, place.cell, wanted]);
  const lists = useQueries({
    queries: from.map((cell) => ({
      ...events(place, cell, undefined),
      refetchInterval: ({ state }: { state: { data?: StoredEvent[] } }) => !state.data?.length && FIRST_MS,
    })),
    combine: (results) => results.map((result) => result.data),
  });
  return useMemo(() => newestFirst(lists.map((list) => list ?? [])).slice(0, EACH), [lists]);
}

/** A cell that was never saved with the server has no events: that is no error here. */
function isUnknownAgent(error: unknown): boolean {
  return error instanceof Error && "status" in error && (error.status === 400 || error.status === 404);
}

export function useLogs(place: Place) {
  return useInfiniteQuery({
    queryKey: ["agent_logs", place.project, place.workflow, place.cell],
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call(api.GET(`${AGENT}/logs`, { params: { path: { ...place }, query: { cursor: pageParam, limit: 100 } } })),
    getNextPageParam: (page) => page.meta.next_cursor ?? undefined,
  });
}
