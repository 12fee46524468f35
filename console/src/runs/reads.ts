// The lists of a project, or of one of its workflows: runs, failures, requests to external agents.
import { ApiError, problemOf } from "../api/error";
import type { Schemas } from "../api/types";
import { href } from "../url";

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

/** Lists of a project say of each row which workflow it is of. */
interface OfWorkflow {
  workflow_id: string;
  workflow_name: string;
}

interface RunFigures {
  state: "in_flight" | "waiting" | "failed" | "done" | null;
  event_count: number;
  failure_count: number | null;
  last_event_at: string | null;
}

export type RunRow = Schemas["RunSummary"] & RunFigures & OfWorkflow;
export type FailureRow = Schemas["FailureRecord"] & OfWorkflow;
export type RequestRow = Schemas["AgentRequest"] & OfWorkflow;

type Filter = Record<string, string | number | undefined>;

export const PAGE = 200;

async function read<Each>(place: Place, what: string, filter: Filter): Promise<Listed<Each>> {
  const query = { limit: PAGE, ...filter, workflow: place.workflow };
  const answer = await fetch(href(`/api/v1/projects/${place.project}/${what}`, query), { credentials: "same-origin" });
  const body = await answer.json();
  if (!answer.ok) throw new ApiError(answer.status, problemOf(body));
  return body;
}

export const listRuns = (place: Place, filter: Filter) => read<RunRow>(place, "runs", filter);
export const listFailures = (place: Place, filter: Filter) => read<FailureRow>(place, "failures", filter);
export const listRequests = (place: Place, filter: Filter) => read<RequestRow>(place, "requests", filter);
