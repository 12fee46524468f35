// What a conversation's page knows of its session: its events as far as they are loaded, and what came since.
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call } from "../api/client";
import { ApiError } from "../api/error";
import { allRows } from "../api/pages";
import type { Schemas } from "../api/types";
import type { Event } from "./conversation";

export interface SessionPath {
  project: string;
  agent: string;
  instance: string;
  session: string;
}

export const SESSION = "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}";

/** So many events are loaded at first, and with each "Earlier". */
const SOME = 200;

export interface Log {
  /** Whether the session is there: it is from the first question on. */
  isThere: boolean;
  /** The number behind which the events begin. */
  from: number;
  events: Event[];
}

export const keyOf = (path: SessionPath) => ["session-events", path];

async function eventsAfter(path: SessionPath, after: number, before = Number.POSITIVE_INFINITY): Promise<Event[]> {
  const found: Event[] = [];
  let at = after;
  for (;;) {
    const page: string | Schemas["SessionEvents"] = await call(
      api.GET(`${SESSION}/events`, { params: { path, query: { after: String(at), limit: SOME } } }),
    );
    if (typeof page === "string") return found;
    found.push(...page.data.filter((event) => event.number < before));
    at = page.meta.next_after;
    if (!page.meta.more || at >= before - 1) return found;
  }
}

/** Reads what is new; at first, the end of what there is. A session in which nothing was asked yet is not there, and has no events. */
async function read(path: SessionPath, known: Log | undefined): Promise<Log> {
  try {
    if (known && known.events.length > 0) {
      const more = await eventsAfter(path, known.events.at(-1)?.number ?? 0);
      return more.length > 0 ? { ...known, events: [...known.events, ...more] } : known;
    }
    const { data } = await call(api.GET(SESSION, { params: { path } }));
    const from = Math.max(0, data.last_event - SOME);
    return { isThere: true, from, events: await eventsAfter(path, from) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { isThere: false, from: 0, events: [] };
    throw error;
  }
}

/** The events of a session, followed while the page is seen. One that is not there yet is waited for, once it is `awaited`. */
export function useLog(path: SessionPath, awaited: boolean) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: keyOf(path),
    refetchInterval: ({ state }) => (awaited || state.data?.isThere ? 2000 : false),
    structuralSharing: false,
    queryFn: () => read(path, queries.getQueryData<Log>(keyOf(path))),
  });
}

/** Loads what was before. */
export async function loadEarlier(queries: QueryClient, path: SessionPath): Promise<void> {
  const known = queries.getQueryData<Log>(keyOf(path));
  if (!known || known.from === 0) return;
  const from = Math.max(0, known.from - SOME);
  const earlier = await eventsAfter(path, from, known.from + 1);
  queries.setQueryData<Log>(keyOf(path), (now) => now && { ...now, from, events: [...earlier, ...now.events] });
}

/** What runs and waits in a session that is there. */
export function useOperations(path: SessionPath, isThere: boolean) {
  return useQuery({
    queryKey: ["session-operations", path],
    enabled: isThere,
    refetchInterval: 2000,
    queryFn: async () =>
      (await call(api.GET(`${SESSION}/operations`, { params: { path, query: { limit: 50 } } }))).data,
  });
}

export function cancel(path: SessionPath, operation: string) {
  return call(
    api.POST(`${SESSION}/operations/{operation}/cancel`, { params: { path: { ...path, operation } }, body: {} }),
  );
}

export function fork(path: SessionPath, session: string, upto: number | undefined) {
  return call(api.POST(`${SESSION}/fork`, { params: { path }, body: { session, ...(upto && { upto }) } }));
}

export function remove(path: SessionPath) {
  return call(api.DELETE(SESSION, { params: { path } }));
}

/** So many pages of a list are read. */
const PAGES = 10;

const INSTANCES = "/api/v1/projects/{project}/agents/{agent}/instances";

/** The instances of an agent that were asked something, by id. */
export async function listInstances(project: string, agent: string): Promise<string[]> {
  const path = { project, agent };
  const rows = await allRows(
    (cursor) => call(api.GET(INSTANCES, { params: { path, query: { limit: 200, cursor } } })),
    PAGES,
  );
  return rows.map((row) => row.instance);
}

/** The sessions of an instance, newest first. */
export async function listSessions(project: string, agent: string, instance: string) {
  const path = { project, agent, instance };
  const rows = await allRows(
    (cursor) => call(api.GET(`${INSTANCES}/{instance}/sessions`, { params: { path, query: { limit: 200, cursor } } })),
    PAGES,
  );
  return rows.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
}

/** What all answers of a session took and cost; nothing while nothing was asked. */
export async function readUsage(path: SessionPath): Promise<Schemas["SessionUsage"] | null> {
  try {
    return (await call(api.GET(`${SESSION}/usage`, { params: { path } }))).data;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
