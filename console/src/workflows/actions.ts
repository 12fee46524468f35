// What is done to whole workflows: make, copy, bring in, take out, start, stop, delete; and what is counted of one.
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";
import { FIRST } from "./first";

type Made = { id: string };

const at = (project: string, workflow: string) => ({ params: { path: { project, workflow } } });

export async function make(project: string, name = "New workflow", cells: unknown[] = []): Promise<Made> {
  const body = { name, options: { cells } };
  const made = await call(api.POST("/api/v1/projects/{project}/workflows", { params: { path: { project } }, body }));
  return made.data;
}

/** Makes a workflow of the text of a canvas, byte for byte. */
export async function makeOf(project: string, name: string, options: string): Promise<Made> {
  const body = { name, options: {} };
  const bodySerializer = () => `{"name":${JSON.stringify(name)},"options":${options}}`;
  const params = { path: { project } };
  return (await call(api.POST("/api/v1/projects/{project}/workflows", { params, body, bodySerializer }))).data;
}

/** Makes the first workflow and starts it, so that its hook takes events at once. */
export async function makeFirst(project: string): Promise<Made> {
  const made = await make(project, FIRST.name, FIRST.cells);
  await start(project, made.id);
  return made;
}

export function start(project: string, workflow: string) {
  return call(
    api.POST("/api/v1/projects/{project}/workflows/{workflow}/start", { ...at(project, workflow), body: {} }),
  );
}

export function stop(project: string, workflow: string) {
  return call(api.POST("/api/v1/projects/{project}/workflows/{workflow}/stop", { ...at(project, workflow), body: {} }));
}

export async function remove(project: string, workflow: string) {
  await call(api.DELETE("/api/v1/projects/{project}/workflows/{workflow}", at(project, workflow)));
}

/** A workflow as the text of its file. */
async function exported(project: string, workflow: string): Promise<string> {
  const path = "/api/v1/projects/{project}/workflows/{workflow}/export";
  return String(await call(api.GET(path, { ...at(project, workflow), parseAs: "text" })));
}

/** Gives a workflow as a file. It is read first: whatever is wrong is told on the page. */
export async function save(project: string, workflow: string) {
  const file = new Blob([await exported(project, workflow)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${workflow}.json`;
  link.click();
  // Safari reads it a while after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Makes a copy, which is not started. */
export function duplicate(project: string, workflow: string) {
  return call(
    api.POST("/api/v1/projects/{project}/workflows/{workflow}/clone", { ...at(project, workflow), body: {} }),
  );
}

/** Starts or stops all workflows of a tag. Gives the names of those that failed, by id. */
export async function actOnAll(project: string, what: "start" | "stop", tag: string): Promise<string[]> {
  const path = `/api/v1/projects/{project}/workflows/${what}` as const;
  const outcomes = await call(api.POST(path, { params: { path: { project } }, body: { tag } }));
  return outcomes.data.filter((each) => each.outcome === "failed").map((each) => each.id);
}

/** The tags that are written in a line, with commas between them. */
export function tagsOf(text: string): string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}

/** What came of an import. */
export interface Imported {
  workflow: Schemas["Workflow"];
  needs: Schemas["Needs"];
  /** What became of each part of a scenario of Huginn. */
  report: Schemas["ImportReport"] | undefined;
}

const NOTHING: Schemas["Needs"] = { credentials: [], agents: [], entry_points: [] };

/**
 * Makes a workflow of a file: of ours, of a bare canvas as JointJS saves it, which is called as the file is, or of a scenario of Huginn, whose
 * times of day are those of this place. What else it seems to be, the server says.
 */
export async function importFile(project: string, file: { name: string; text: string }): Promise<Imported> {
  let content: unknown;
  try {
    content = JSON.parse(file.text);
  } catch (cause) {
    throw new Error(`${file.name} is not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  if (fileKind(content) !== "canvas") return send(project, file.text);
  const name = JSON.stringify(file.name.replace(/\.json$/i, "").slice(0, 200) || "Imported");
  return send(project, `{"format":"rookery.workflow/1","name":${name},"options":${file.text}}`);
}

/** What a file is: one of ours, a bare canvas, a scenario of Huginn, or something else. */
export function fileKind(content: unknown): "file" | "canvas" | "scenario" | "other" {
  if (typeof content !== "object" || content === null) return "other";
  if ("format" in content) return "file";
  if ("agents" in content && Array.isArray(content.agents)) return "scenario";
  return "cells" in content && Array.isArray(content.cells) ? "canvas" : "other";
}

async function send(project: string, text: string): Promise<Imported> {
  const file = JSON.parse(text) as Schemas["WorkflowFile"];
  const isScenario = fileKind(file) === "scenario";
  const timezone = isScenario ? Intl.DateTimeFormat().resolvedOptions().timeZone : undefined;
  const saved = await call(
    api.POST("/api/v1/projects/{project}/workflows/import", {
      params: { path: { project }, query: { timezone } },
      body: file,
      bodySerializer: () => text,
    }),
  );
  const report = saved.meta.report ?? undefined;
  // A scenario says nothing of what it needs: the report does.
  return { workflow: saved.data, needs: { ...NOTHING, ...(isScenario ? {} : file.needs) }, report };
}

/** What a project lacks of what an imported workflow needs. */
export function missing(
  needs: Schemas["Needs"],
  has: { credentials: string[]; agents: string[]; entry_points: string[] },
) {
  return {
    credentials: needs.credentials.filter((name) => !has.credentials.includes(name)),
    agents: needs.agents.filter((name) => !has.agents.includes(name)),
    entry_points: needs.entry_points.filter(
      (point) => point.tasks_url === null && !has.entry_points.includes(point.client_stage_id),
    ),
  };
}

/** What is counted of a workflow over its agents, in 24 hours. */
export interface Summary {
  agents: number;
  /** Events that its triggers emitted: each began a run. */
  cameIn: number;
  emitted: number;
  errors: number;
  lastEvent: string | null;
}

/** What is summed up of an agent. */
type Summed = Pick<Schemas["Agent"], "kind" | "last_event_at"> & {
  counts: Pick<Schemas["Counts"], "emitted" | "errors">;
};

export function summary(agents: Summed[]): Summary {
  const all: Summary = { agents: agents.length, cameIn: 0, emitted: 0, errors: 0, lastEvent: null };
  for (const { kind, counts, last_event_at } of agents) {
    if (kind === "trigger") all.cameIn += counts.emitted;
    all.emitted += counts.emitted;
    all.errors += counts.errors;
    if (last_event_at && (!all.lastEvent || last_event_at > all.lastEvent)) all.lastEvent = last_event_at;
  }
  return all;
}
