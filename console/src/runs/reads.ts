// The lists of a project or of one of its workflows: runs, failures, requests to external agents.
import { ApiError, problemOf } from "../api/error";
import type { Schemas } from "../api/types";
import { href } from "../url";

/** Where a list looks: in a project, or in one workflow of it. */
export interface Place {
  project: string;
  workflow?: string;
}

export interface Listed<Row> {
  data: Row[];
  meta: { next_cursor: string | null; looked_at?: number };
}

/** Lists of a project say of each row which workflow it is of. */
interface OfWorkflow {
  workflow_id?: string;
  workflow_name?: string;
}

export type RunRow = Schemas["RunSummary"] &
  OfWorkflow & { state?: string; event_count?: number; failure_count?: number; last_event_at?: string | null };
export type FailureRow = Schemas["FailureRecord"] & OfWorkflow;
export type RequestRow = Schemas["AgentRequest"] & OfWorkflow;

export type Query = Record<string, string | number | undefined>;

export const PAGE = 200;

async function read<Row>(place: Place, what: string, query: Query): Promise<Listed<Row>> {
  const of = place.workflow ? `/workflows/${place.workflow}` : "";
  const answer = await fetch(href(`/api/v1/projects/${place.project}${of}/${what}`, { limit: PAGE, ...query }), {
    credentials: "same-origin",
  });
  const body = await answer.json();
  if (!answer.ok) throw new ApiError(answer.status, problemOf(body));
  return body;
}

export const listRuns = (place: Place, query: Query) => read<RunRow>(place, "runs", query);
export const listFailures = (place: Place, query: Query) => read<FailureRow>(place, "failures", query);
export const listRequests = (place: Place, query: Query) => read<RequestRow>(place, "requests", query);

/** The workflow of a row. */
export const workflowOf = (place: Place, row: OfWorkflow) => row.workflow_id ?? place.workflow ?? "";
