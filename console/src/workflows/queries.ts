// What several pages ask of a project: its workflows, and the types of agents.
import { useQuery } from "@tanstack/react-query";
import { api, call } from "../api/client";

/** The first workflows of a project, to choose from. The page of the workflows has the same rows in its first page. */
export function useWorkflows(project: string) {
  return useQuery({
    queryKey: ["workflows", project, undefined, undefined],
    queryFn: () =>
      call(api.GET("/api/v1/projects/{project}/workflows", { params: { path: { project }, query: { limit: 200 } } })),
  });
}

/** The types of agents that a canvas may have. */
export function useAgentTypes(project: string) {
  return useQuery({
    queryKey: ["agent_types", project],
    staleTime: 60_000,
    queryFn: () => call(api.GET("/api/v1/projects/{project}/workflows/agent_types", { params: { path: { project } } })),
  });
}
