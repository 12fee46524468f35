// What a person does with a run: try again what failed, make an event again, begin again with another payload.
import { api, call } from "../../api/client";
import type { Schemas } from "../../api/types";
import { textAt } from "../../editor/model/cells";
import type { Delivery, RunEvent, Step, Tree } from "../model/steps";
import { hasFailed } from "../model/steps";
import type { RunPlace } from "./use-run";

/** In which version is replayed: in that of the run, or in the newest, which gives the event to the one agent, in a run of its own. */
export type ReplayVersion = Schemas["RunVersion"];

/** The version in which a replay does what was mended since: the newest one, if it was built after what failed. */
export function mendedIn(failed: number | undefined, built: number | undefined): number | undefined {
  return built !== undefined && built > (failed ?? 0) ? built : undefined;
}

/** The steps of a run that can be replayed. */
export function failedSteps(tree: Tree): Step[] {
  return [...tree.steps.values()].filter((step) => hasFailed(tree, step) && !step.delivery?.replayed_at);
}

export async function replay(
  { project, workflow }: { project: string; workflow: string },
  failure: string,
  version: ReplayVersion = "run",
) {
  const path = { project, workflow, failure };
  await call(
    api.POST("/api/v1/projects/{project}/workflows/{workflow}/failures/{failure}/replay", {
      params: { path },
      body: { version },
    }),
  );
}

/** Replays what failed in some steps of a run. */
export async function replaySteps(place: RunPlace, steps: Step[], version: ReplayVersion) {
  for (const { delivery } of steps) {
    if (delivery?.failure_id) await replay(place, delivery.failure_id, version);
  }
}

export interface Again {
  /** The changed payload as it was written; the event's own without it. */
  payload?: string;
  version?: "newest" | "run";
}

/** The body of a new event. The payload stands there as it was written, so that no number loses its digits. */
export function bodyOf({ payload, version }: Again): string {
  const fields = [];
  if (payload !== undefined) fields.push(`"payload":${payload}`);
  if (version !== undefined) fields.push(`"version":"${version}"`);
  return `{${fields.join(",")}}`;
}

/** Makes a new event like one that there is, in a run of its own. */
export async function emitAgain({ project, workflow }: RunPlace, event: string, again: Again = {}) {
  const made = await call(
    api.POST("/api/v1/projects/{project}/workflows/{workflow}/events/{event}/emit", {
      params: { path: { project, workflow, event } },
      body: {},
      bodySerializer: () => bodyOf(again),
    }),
  );
  return made.data;
}

/** What is wrong with a text as JSON; nothing if it is good. */
export function wrongOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The text of a payload within an answer that holds it, with the digits of its numbers: `{"data":{...,"payload":...}}`. */
export function payloadText(answer: string): string {
  const raw = (JSON as { rawJSON?: (text: string) => unknown }).rawJSON;
  const text = textAt(answer, "data", "payload") ?? "null";
  // Without `rawJSON`, large numbers would be rounded: then the text stands as it was sent.
  if (!raw) return text;
  const keep = (_: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source && JSON.stringify(value) !== context.source
      ? raw(context.source)
      : value;
  return JSON.stringify(JSON.parse(text, keep as (key: string, value: unknown) => unknown), null, 2);
}

export async function readPayloadText({ project, workflow }: RunPlace, event: string): Promise<string> {
  const answer = await call(
    api.GET("/api/v1/projects/{project}/workflows/{workflow}/events/{event}", {
      params: { path: { project, workflow, event } },
      parseAs: "text",
    }),
  );
  return payloadText(answer as unknown as string);
}

/** Who received an event, as far as the run tells. */
export function receiversOf(tree: Tree, event: RunEvent): Step[] {
  return tree.emitters.get(event.id)?.children.filter((child) => child.received?.id === event.id) ?? [];
}

/** What a delivery waits for, in words. */
export function waitOf(delivery: Delivery | undefined): string | undefined {
  if (!delivery?.waits_until && !delivery?.waits_for) return undefined;
  if (delivery.waits_for) return delivery.waits_for;
  if (delivery.error) return "its next attempt";
  return delivery.state === "scheduled" ? "its timer" : "its time";
}
