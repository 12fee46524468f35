// Trying an agent: what is sent, and what it would do. Nothing is committed.
import { api, call } from "../../api/client";
import { ApiError } from "../../api/error";
import type { Schemas } from "../../api/types";
import type { Cell } from "../model/cells";
import type { Place } from "./data";

export type OutsideCall = Schemas["OutsideCall"];
export type Report = Schemas["Report"];

/** What an agent is tried with. */
export interface Attempt {
  cell: Cell;
  /** A stored event as it is, or a payload; none for a check. */
  event?: { id: string; payload: unknown } | { payload: unknown };
  /** The memory that it begins with; without it, the stored one. */
  memory?: unknown;
  outsideCalls: boolean;
}

export async function dryRun({ project, workflow }: Place, attempt: Attempt): Promise<Report> {
  const { cell, event, memory, outsideCalls } = attempt;
  const given = event && ("id" in event ? { event_id: event.id } : { event: { payload: event.payload, groups: [] } });
  const body = {
    cell: { ...cell },
    workflow_id: workflow,
    ...given,
    ...(memory === undefined ? {} : { memory }),
    outside_calls: outsideCalls,
  };
  return (await call(api.POST("/api/v1/projects/{project}/workflows/dry_run", { params: { path: { project } }, body })))
    .data;
}

/** The fields that keep a cell from being tried, if that is what is wrong. */
export function wrongFields(error: unknown): { field: string; message: string }[] {
  const meta = error instanceof ApiError ? error.problem.meta : undefined;
  const errors = (meta as { errors?: unknown } | undefined)?.errors;
  return Array.isArray(errors) ? errors : [];
}
