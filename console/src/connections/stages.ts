// What joins entry points, connections and the cells that they stand on.
import type { Schemas } from "../api/types";
import type { Placed } from "../workflows/all-agents";

export type EntryPoint = Schemas["EntryPoint"];
export type Connection = Schemas["Connection"];

/** The cell that publishes an entry point. */
export function cellOf(point: Pick<EntryPoint, "workflow_id" | "cell_id">, placed: Placed[]): Placed | undefined {
  return placed.find(({ workflow, agent }) => workflow.id === point.workflow_id && agent.cell_id === point.cell_id);
}

/** The stages that use an entry point. */
export function usesOf(point: { project: string; stage: string }, placed: Placed[]): Placed[] {
  return placed.filter(
    ({ agent }) =>
      agent.agent_type === "agent" &&
      agent.config.client_stage_id === point.stage &&
      agent.config.project_id === point.project,
  );
}

const QUOTAS: [string, string][] = [
  ["tasks_per_minute", "a minute"],
  ["tasks_per_day", "a day"],
];

/** How many tasks a client may send, in words; nothing where it is not limited. */
export function quotaOf(config: Record<string, unknown>): string | undefined {
  const parts = QUOTAS.flatMap(([field, word]) => {
    const most = config[field];
    return typeof most === "number" ? [`${most.toLocaleString("en-US")} ${word}`] : [];
  });
  return parts.length > 0 ? parts.join(", ") : undefined;
}

/** The connections of each entry point; those that wait for an answer come first, then the newest. */
export function byEntryPoint(connections: Connection[]): Map<string, Connection[]> {
  const rank = ({ state }: Connection) => (state === "pending" ? 0 : state === "active" ? 1 : 2);
  const sorted = [...connections].sort((a, b) => rank(a) - rank(b) || (a.created_at < b.created_at ? 1 : -1));
  const groups = new Map<string, Connection[]>();
  for (const connection of sorted) {
    groups.set(connection.agent_stage_id, [...(groups.get(connection.agent_stage_id) ?? []), connection]);
  }
  return groups;
}

export type Action = "accept" | "refuse" | "rotate" | "revoke";

/** What can be done about a connection, by its state and the part that the project has in it. */
export function actionsOf({ role, state }: Pick<Connection, "role" | "state">): Action[] {
  if (state === "pending") return role === "agent" ? ["accept", "refuse"] : ["revoke"];
  if (state === "active") return role === "agent" ? ["rotate", "revoke"] : ["revoke"];
  return [];
}

/** A field of a schema: one line. */
export interface Field {
  name: string;
  type: string;
  required: boolean;
  description?: string;
}

/** The fields of an object's schema; nothing for a schema that is none of an object. */
export function fieldsOf(schema: unknown): Field[] | undefined {
  const { properties, required } = (schema ?? {}) as { properties?: unknown; required?: unknown };
  if (typeof properties !== "object" || properties === null) return undefined;
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, value]) => {
    const { description } = (value ?? {}) as { description?: unknown };
    return {
      name,
      type: typeOf(value),
      required: needed.includes(name),
      ...(typeof description === "string" && { description }),
    };
  });
}

function typeOf(schema: unknown): string {
  const { type, enum: choices } = (schema ?? {}) as { type?: unknown; enum?: unknown };
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(" | ");
  if (Array.isArray(type)) return type.join(" | ");
  return typeof type === "string" ? type : "any";
}
