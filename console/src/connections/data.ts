// Reading connections, entry points and tasks; and what is done about a connection.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call } from "../api/client";
import { allRows } from "../api/pages";
import { useProjects } from "../projects/queries";
import type { Action, Connection, EntryPoint } from "./stages";

/** So many pages of a list are read where all of it is wanted. */
const PAGES = 5;

export function useConnections(project: string, role: "agent" | "client") {
  const path = { project };
  return useQuery({
    queryKey: ["connections", project, role],
    refetchInterval: 10_000,
    queryFn: () =>
      allRows<Connection>(
        (cursor) =>
          call(
            api.GET("/api/v1/projects/{project}/connections", {
              params: { path, query: { role, limit: 200, cursor } },
            }),
          ),
        PAGES,
      ),
  });
}

export function useCatalogue(words: string) {
  return useQuery({
    queryKey: ["catalogue", words],
    placeholderData: (before) => before,
    queryFn: () =>
      allRows<EntryPoint>(
        (cursor) =>
          call(api.GET("/api/v1/catalog", { params: { query: { q: words || undefined, limit: 200, cursor } } })),
        PAGES,
      ),
  });
}

export function useTasks(project: string, cursor: string | undefined) {
  return useQuery({
    queryKey: ["tasks", project, cursor],
    refetchInterval: cursor ? false : 10_000,
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/tasks", { params: { path: { project }, query: { limit: 100, cursor } } }),
      ),
  });
}

export function useConnectionAction(project: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ connection, action }: { connection: string; action: Action }) => {
      const path = `/api/v1/projects/{project}/connections/{connection}/${action}` as const;
      return call(api.POST(path, { params: { path: { project, connection } } }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["connections", project] }),
  });
}

/** What a project is called, as far as whoever asks may know it. */
export function useProjectNames(): (id: string) => string {
  const projects = useProjects();
  return (id) => projects.data?.data.find((row) => row.id === id)?.name ?? id;
}
