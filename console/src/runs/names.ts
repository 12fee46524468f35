// What people call agents and workflows, where a list knows their ids alone.
import { useQueries } from "@tanstack/react-query";
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";

interface Cell {
  id?: unknown;
  type?: unknown;
  name?: unknown;
  agent_type?: unknown;
}

export interface WorkflowNames {
  name: string;
  version: number;
  /** The version that was built last, if one was. */
  built: number | undefined;
  /** The agents of the canvas: their names, by the id of their cell. */
  agents: Map<string, string>;
}

/** The names on a canvas, whatever stands there. */
export function namesOf(options: unknown): Map<string, string> {
  const cells = (options as { cells?: unknown } | null | undefined)?.cells;
  const names = new Map<string, string>();
  for (const cell of Array.isArray(cells) ? (cells as (Cell | null)[]) : []) {
    if (typeof cell?.id !== "string" || cell.type !== "agent") continue;
    names.set(cell.id, typeof cell.name === "string" && cell.name ? cell.name : cell.id);
  }
  return names;
}

type Row = Pick<Schemas["Workflow"], "name" | "version" | "built_version"> & { options?: unknown };

/** What lists tell of a workflow. The API says 0 where no version was built. */
export function known({ name, version, built_version, options }: Row): WorkflowNames {
  return { name, version, built: built_version || undefined, agents: namesOf(options) };
}

/** Of so many workflows the names are read at once. */
const MOST = 30;

/** The names of the workflows of a list, by their ids. */
export function useNames(project: string, workflows: string[]): Map<string, WorkflowNames> {
  const ids = [...new Set(workflows)].filter(Boolean).slice(0, MOST);
  const found = useQueries({
    queries: ids.map((workflow) => ({
      queryKey: ["names", project, workflow],
      staleTime: 60_000,
      queryFn: async (): Promise<WorkflowNames> => {
        const path = { project, workflow };
        const { data } = await call(api.GET("/api/v1/projects/{project}/workflows/{workflow}", { params: { path } }));
        return known(data);
      },
    })),
  });
  const names = new Map<string, WorkflowNames>();
  for (const [at, id] of ids.entries()) {
    const data = found[at]?.data;
    if (data) names.set(id, data);
  }
  return names;
}
