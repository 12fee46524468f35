// Trying an agent: what is sent, and what it would do. Nothing is committed.

import { ApiError } from "../../api/error";
import type { Schemas } from "../../api/types";
import { post } from "../../forms/data";
import type { Cell } from "../model/cells";
import type { Place } from "./data";

export interface OutsideCall {
  method: string;
  url: string;
  headers?: unknown;
  body?: unknown;
}

export type Report = Schemas["Report"] & { calls?: OutsideCall[] };

/** What an agent is tried with. */
export interface Attempt {
  cell: Cell;
  /** A stored event as it is, or a payload; none for a check. */
  event?: { id: string; payload: unknown } | { payload: unknown };
  /** The memory that it begins with; without it, the stored one. */
  memory?: unknown;
  outsideCalls: boolean;
}

export async function dryRun({ project, workflow, cell: id }: Place, attempt: Attempt): Promise<Report> {
  const { cell, event, memory, outsideCalls } = attempt;
  const given = event && ("id" in event ? { event_id: event.id } : { event: { payload: event.payload } });
  return post<Report>(`/api/v1/projects/${project}/workflows/dry_run`, {
    cell,
    workflow_id: workflow,
    ...given,
    ...(memory === undefined ? {} : { memory }),
    outside_calls: outsideCalls,
  }).catch((error) => {
    // An older server tries only what it has built.
    if (!(error instanceof ApiError) || ![404, 405].includes(error.status)) throw error;
    const built = `/api/v1/projects/${project}/workflows/${workflow}/agents/${encodeURIComponent(id)}/dry_run`;
    return post<Report>(built, { event: event && { payload: event.payload }, outside_calls: outsideCalls });
  });
}

/** The fields that keep a cell from being tried, if that is what is wrong. */
export function wrongFields(error: unknown): { field: string; message: string }[] {
  const meta = error instanceof ApiError ? error.problem.meta : undefined;
  const errors = (meta as { errors?: unknown } | undefined)?.errors;
  return Array.isArray(errors) ? errors : [];
}
