// What the editor asks the server: a workflow with the very text of its canvas, and to save it.
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";
import { readOptions, textAt } from "./model/cells";
import { wellFormed } from "./model/json";

export type Problem = Schemas["Problem"];

/** A workflow without its canvas. */
export type Head = Omit<Schemas["Workflow"], "options">;

/** A workflow, the text of its canvas, and what the builder says of it. */
export interface Loaded {
  head: Head;
  text: string;
  errors: Problem[];
  warnings: Problem[];
}

export interface Change {
  version: number;
  name?: string;
  /** The text of the canvas. */
  text?: string;
}

/** What the store needs of a server. */
export interface Server {
  load(): Promise<Loaded>;
  save(change: Change): Promise<Loaded>;
  start(): Promise<Loaded>;
  stop(): Promise<Loaded>;
  restore(version: number): Promise<Loaded>;
}

/** Reads an answer by its text, so that the canvas keeps its bytes. */
export function loaded(answer: string): Loaded {
  const { data, meta } = JSON.parse(answer) as Schemas["SavedWorkflow"];
  const { options: _, ...head } = data;
  const errors = meta.errors.map(inWords);
  return { head, text: textAt(answer, "data", "options") ?? "{}", errors, warnings: meta.warnings };
}

/** A problem as people say it: the field is named beside it. */
function inWords(problem: Problem): Problem {
  return /^missing field `[^`]+`$/.test(problem.message)
    ? { ...problem, message: "It is needed: fill it in." }
    : problem;
}

const PATH = "/api/v1/projects/{project}/workflows/{workflow}";

export function serverOf(project: string, workflow: string): Server {
  const params = { path: { project, workflow } };
  const text = { params, parseAs: "text" } as const;
  return {
    load: async () => loaded(await call(api.GET(PATH, text))),
    save: async ({ version, name, text: options }) => {
      const fields = [`"version":${version}`];
      if (name !== undefined) fields.push(`"name":${JSON.stringify(name)}`);
      if (options !== undefined) fields.push(`"options":${options}`);
      const body = wellFormed(`{${fields.join(",")}}`);
      // A page that is left may still save, as long as the browser takes that much.
      const keepalive = body.length < 60_000;
      const answer = api.PUT(PATH, { ...text, body: {}, bodySerializer: () => body, keepalive });
      return loaded(await call(answer));
    },
    start: async () => loaded(await call(api.POST(`${PATH}/start`, { ...text, body: {} }))),
    stop: async () => loaded(await call(api.POST(`${PATH}/stop`, { ...text, body: {} }))),
    restore: async (version) => {
      const path = { project, workflow, version: String(version) };
      const answer = api.POST(`${PATH}/versions/{version}/restore`, { params: { path }, parseAs: "text", body: {} });
      return loaded(await call(answer));
    },
  };
}

/** The text of the canvas that a version has. */
export async function versionOf(project: string, workflow: string, version: number) {
  const path = { project, workflow, version: String(version) };
  const answer: string = await call(api.GET(`${PATH}/versions/{version}`, { params: { path }, parseAs: "text" }));
  return readOptions(textAt(answer, "data", "options") ?? "{}");
}
