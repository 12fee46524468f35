// Reads of a project, or of one of its workflows: the lists of runs, failures and requests to external agents; and a version.
import { queryOptions } from "@tanstack/react-query";
import { api, call } from "../api/client";
import type { Row } from "../api/types";

/** Where a list looks: in a project, or in one workflow of it. */
export interface Place {
  project: string;
  workflow?: string;
}

export interface Listed<Each> {
  data: Each[];
  /** A page may have few rows, or none, and yet go on: then nothing more was looked at. */
  meta: { next_cursor: string | null; looked_at: number };
}

export type RunRow = Row<"run_list_list_of_project">;
export type FailureRow = Row<"failures_list_of_project">;
export type RequestRow = Row<"requests_list_of_project">;

interface Page {
  limit?: number;
  cursor?: string;
}

export interface RunFilter extends Page {
  state?: string;
  version?: string;
  agent?: string;
  from?: string;
  to?: string;
  payloads?: "true" | "short" | "false";
}

export interface FailureFilter extends Page {
  version?: string;
  agent?: string;
  code?: string;
  replayed?: string;
  from?: string;
  to?: string;
}

export interface RequestFilter extends Page {
  state?: string;
}

export const PAGE = 200;

export function listRuns({ project, workflow }: Place, filter: RunFilter): Promise<Listed<RunRow>> {
  const params = { path: { project }, query: { limit: PAGE, ...filter, workflow } };
  return call(api.GET("/api/v1/projects/{project}/runs", { params }));
}

export function listFailures({ project, workflow }: Place, filter: FailureFilter): Promise<Listed<FailureRow>> {
  const params = { path: { project }, query: { limit: PAGE, ...filter, workflow } };
  return call(api.GET("/api/v1/projects/{project}/failures", { params }));
}

export function listRequests({ project, workflow }: Place, filter: RequestFilter): Promise<Listed<RequestRow>> {
  const params = { path: { project }, query: { limit: PAGE, ...filter, workflow } };
  return call(api.GET("/api/v1/projects/{project}/requests", { params }));
}

/** The read of a version, which never changes. */
export function versionQuery(project: string, workflow: string, version: number) {
  return queryOptions({
    queryKey: ["version", project, workflow, version],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/versions/{version}", {
          params: { path: { project, workflow, version: String(version) } },
        }),
      ),
  });
}
