// Where the numbers lead: to the runs and failures that they count.
import { href } from "../url";
import type { Window } from "./measure";

export interface Place {
  project: string;
  workflow: string;
  agent?: string;
  version?: number;
  code?: string;
  window: Window;
  /** Of the window, one bar: when it begins, in milliseconds. */
  bar?: number;
}

/** Lists know the shorter windows; of a longer one they show all. A bar is a span of its own. */
function time({ window, bar }: Place): Record<string, string | undefined> {
  if (bar === undefined) return { window: window.name === "30 d" ? undefined : window.name };
  return { from: new Date(bar).toISOString(), to: new Date(bar + window.bar).toISOString() };
}

export function toRuns(place: Place): string {
  const { project, workflow, agent, version } = place;
  return href(`/projects/${project}/workflows/${workflow}/runs`, { agent, version, ...time(place) });
}

export function toFailures(place: Place): string {
  const { project, workflow, agent, version, code } = place;
  return href(`/projects/${project}/failures`, { workflow, agent, version, code, ...time(place), replayed: "shown" });
}

export function toAgent({ project, workflow }: Place, cell: string): string {
  return href(`/projects/${project}/workflows/${workflow}`, { cell });
}

/**
 * What an agent handled or emitted: runs are listed by the agent that began them, which takes no events itself; what came to another one is in
 * its panel.
 */
export function toEvents(place: Place, cell: string, handled: number): string {
  if (handled === 0) return toRuns({ ...place, agent: cell });
  return href(`/projects/${place.project}/workflows/${place.workflow}`, { cell, tab: "events" });
}
