// A run as it is read: part by part, and again while it is in flight.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, call } from "../../api/client";
import { stateOf, treeOf } from "../model/steps";
import { namesOf } from "../names";
import { versionQuery } from "../reads";

export interface RunPlace {
  project: string;
  workflow: string;
  run: string;
}

const LIVE_MS = 2000;
/** A run that only waits may wait for days. */
const WAITING_MS = 10_000;

export function useRun({ project, workflow, run }: RunPlace) {
  const query = useInfiniteQuery({
    queryKey: ["run", project, workflow, run],
    queryFn: ({ pageParam }) =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/runs/{run}", {
          params: { path: { project, workflow, run }, query: { cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.meta.next_cursor ?? undefined,
    // A run of many parts is read anew when somebody asks for it.
    refetchInterval: ({ state }) => {
      const [part, more] = state.data?.pages ?? [];
      if (!part || more || part.data.state !== "running") return false;
      return stateOf(treeOf([part.data])) === "waiting" ? WAITING_MS : LIVE_MS;
    },
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const parts = query.data?.pages;
  const tree = useMemo(() => treeOf((parts ?? []).map((part) => part.data)), [parts]);
  const first = parts?.[0]?.data;
  return {
    tree,
    error: query.error,
    again: () => void query.refetch(),
    isKnown: parts !== undefined,
    isWhole: parts !== undefined && !hasNextPage,
    isLarge: (parts?.length ?? 0) > 1 || parts?.[0]?.meta.truncated === true,
    version: parts?.find((part) => part.data.version !== null)?.data.version ?? undefined,
    origin: parts?.find((part) => part.data.origin)?.data.origin ?? undefined,
    limitHit: parts?.find((part) => part.data.limit_hit)?.data.limit_hit ?? undefined,
    startedAt: first?.started_at ?? undefined,
  };
}

/** The canvas of a version. */
export function useVersion({ project, workflow }: RunPlace, version: number | undefined) {
  const isKnown = version !== undefined && version > 0;
  const { data } = useQuery({ ...versionQuery(project, workflow, version ?? 0), enabled: isKnown });
  const options = data?.data.options;
  return useMemo(() => ({ options, names: namesOf(options) }), [options]);
}
