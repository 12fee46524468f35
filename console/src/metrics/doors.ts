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
}

/** Lists know the shorter windows; of a longer one they show all. */
const listed = (window: Window) => (window.name === "30 d" ? undefined : window.name);

export function toRuns({ project, workflow, agent, version, window }: Place): string {
  return href(`/projects/${project}/workflows/${workflow}/runs`, { agent, version, window: listed(window) });
}

export function toFailures({ project, workflow, agent, code, window }: Place): string {
  return href(`/projects/${project}/failures`, { workflow, agent, code, window: listed(window), replayed: "shown" });
}

export function toAgent({ project, workflow }: Place, cell: string): string {
  return href(`/projects/${project}/workflows/${workflow}`, { cell });
}
