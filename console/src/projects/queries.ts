// Reading the projects that the key opens.
import { useQuery } from "@tanstack/react-query";
import { api, call } from "../api/client";

export function useProjects() {
  return useQuery({ queryKey: ["projects"], queryFn: () => call(api.GET("/api/v1/projects", {})) });
}
