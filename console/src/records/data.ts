// Reading and changing records, segments and lists.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call } from "../api/client";
import { allRows } from "../api/pages";
import type { Schemas } from "../api/types";

export type RecordRow = Schemas["Record"];
export type Segment = Schemas["Segment"];
export type RecordList = Schemas["RecordList"];

const SEGMENTS = "/api/v1/projects/{project}/segments";
const LISTS = "/api/v1/projects/{project}/lists";
const RECORDS = "/api/v1/projects/{project}/records";
const RECORD = "/api/v1/projects/{project}/records/{kind}/{record}";

export function useSegments(project: string) {
  return useQuery({
    queryKey: ["segments", project],
    // One that is filled goes on while it is looked at.
    refetchInterval: ({ state }) => (state.data?.some((row) => row.state === "filling") ? 1000 : 15_000),
    queryFn: () =>
      allRows<Segment>((cursor) =>
        call(api.GET(SEGMENTS, { params: { path: { project }, query: { limit: 200, cursor } } })),
      ),
  });
}

export function useLists(project: string) {
  return useQuery({
    queryKey: ["lists", project],
    queryFn: () =>
      allRows<RecordList>((cursor) =>
        call(api.GET(LISTS, { params: { path: { project }, query: { limit: 200, cursor } } })),
      ),
  });
}

export interface Filter {
  kind?: string;
  segment?: string;
  list?: string;
  stage?: string;
  cursor?: string;
}

export function useRecords(project: string, filter: Filter) {
  return useQuery({
    queryKey: ["records", project, filter],
    refetchInterval: filter.cursor ? false : 10_000,
    queryFn: () => call(api.GET(RECORDS, { params: { path: { project }, query: { limit: 100, ...filter } } })),
  });
}

export function useRecord(project: string, kind: string, record: string) {
  return useQuery({
    queryKey: ["records", project, "one", kind, record],
    queryFn: () => call(api.GET(RECORD, { params: { path: { project, kind, record } } })),
  });
}

/** A change, after which all that may show it is read again. */
function useChange<V>(change: (value: V) => Promise<unknown>, done?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: done,
    onSettled: () =>
      Promise.all(["records", "segments", "lists"].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

interface Written {
  kind: string;
  id: string;
  attributes: Record<string, unknown>;
}

export function useWriteRecord(project: string, done: () => void) {
  return useChange(
    ({ kind, id, attributes }: Written) =>
      call(api.PUT(RECORD, { params: { path: { project, kind, record: id } }, body: { attributes } })),
    done,
  );
}

export function useDeleteRecord(project: string, done: () => void) {
  return useChange(
    ({ kind, id }: { kind: string; id: string }) =>
      call(api.DELETE(RECORD, { params: { path: { project, kind, record: id } } })),
    done,
  );
}

export interface SegmentInput {
  name: string;
  kind: string;
  condition: unknown;
}

export function useSaveSegment(project: string, segment: string | undefined, done: () => void) {
  return useChange(
    (body: SegmentInput) =>
      segment === undefined
        ? call(api.POST(SEGMENTS, { params: { path: { project } }, body }))
        : call(api.PUT(`${SEGMENTS}/{segment}`, { params: { path: { project, segment } }, body })),
    done,
  );
}

export function useDeleteSegment(project: string) {
  return useChange((segment: string) =>
    call(api.DELETE(`${SEGMENTS}/{segment}`, { params: { path: { project, segment } } })),
  );
}

export interface ListInput {
  name: string;
  stages: string[];
}

export function useSaveList(project: string, list: string | undefined, done: () => void) {
  return useChange(
    (body: ListInput) =>
      list === undefined
        ? call(api.POST(LISTS, { params: { path: { project } }, body }))
        : call(api.PUT(`${LISTS}/{list}`, { params: { path: { project, list } }, body })),
    done,
  );
}

export function useDeleteList(project: string) {
  return useChange((list: string) => call(api.DELETE(`${LISTS}/{list}`, { params: { path: { project, list } } })));
}

/** A record comes to a stage of a list, or is taken out of it by no stage. */
export function useSetStage(project: string) {
  return useChange(({ list, kind, id, stage }: { list: string; kind: string; id: string; stage?: string }) =>
    stage === undefined
      ? call(
          api.DELETE(`${LISTS}/{list}/entries/{kind}/{record}`, {
            params: { path: { project, list, kind, record: id } },
          }),
        )
      : call(
          api.POST(`${LISTS}/{list}/entries`, {
            params: { path: { project, list } },
            body: { entries: [{ kind, id, stage }] },
          }),
        ),
  );
}
