// The agents of all workflows of a project, where a page shows what lies across them.
import { useQuery } from "@tanstack/react-query";
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";

export interface Placed {
  workflow: Pick<Schemas["Workflow"], "id" | "name" | "state">;
  agent: Schemas["Agent"];
}

/** So many workflows are asked for their agents: each is one call. */
export const MOST_WORKFLOWS = 50;

async function allAgents(project: string): Promise<{ placed: Placed[]; more: boolean }> {
  const workflows = await call(
    api.GET("/api/v1/projects/{project}/workflows", {
      params: { path: { project }, query: { limit: MOST_WORKFLOWS } },
    }),
  );
  const lists = await Promise.all(
    workflows.data.map(async (workflow) => {
      const path = { project, workflow: workflow.id };
      const agents = await call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/agents", { params: { path, query: { limit: 200 } } }),
      );
      return agents.data.map((agent) => ({ workflow, agent }));
    }),
  );
  return { placed: lists.flat(), more: workflows.meta.next_cursor !== null };
}

export function useAllAgents(project: string) {
  return useQuery({ queryKey: ["all-agents", project], staleTime: 30_000, queryFn: () => allAgents(project) });
}
