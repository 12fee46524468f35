// What all tabs of the panel get.
import type { Schemas } from "../../api/types";
import type { Cell } from "../model/cells";
import type { Place, Traffic } from "./data";
import type { useFresh } from "./fresh";

type Fresh = ReturnType<typeof useFresh>;

export interface TabProps {
  place: Place;
  cell: Cell;
  /** The agent's type; none for one that the server does not know. */
  type: Schemas["AgentType"] | undefined;
  name: string;
  /** Whether whoever looks may change the workflow. */
  may: boolean;
  traffic: Traffic;
  /** What came and went since `traffic` was read. */
  fresh: Fresh;
  /** Whether the workflow runs. */
  isActive: boolean;
}

/** Where a run is shown, at one of its events. */
export function runOf({ project, workflow }: Place, event: { run_id: string; id?: string }): string {
  const at = event.id ? `?event=${encodeURIComponent(event.id)}` : "";
  return `/projects/${project}/workflows/${workflow}/runs/${event.run_id}${at}`;
}
