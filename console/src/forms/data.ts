// What forms read of the project: credentials, agents, the catalogue; and previews of templates and schedules.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";
import { type SeenEvent, useForm } from "./context";

type Credential = Schemas["Credential"];
type Rendered = Schemas["Rendered"];
const NONE: Credential[] = [];

export function useCredentials(): Credential[] {
  const { project } = useForm();
  const { data } = useQuery({
    queryKey: ["credentials", project],
    enabled: project !== "",
    staleTime: 30_000,
    queryFn: () =>
      call(api.GET("/api/v1/projects/{project}/credentials", { params: { path: { project }, query: { limit: 200 } } })),
  });
  return data?.data ?? NONE;
}

export function usePersistentAgents() {
  const { project } = useForm();
  return useQuery({
    queryKey: ["agents", project],
    enabled: project !== "",
    queryFn: () =>
      call(api.GET("/api/v1/projects/{project}/agents", { params: { path: { project }, query: { limit: 200 } } })),
  });
}

/** The first entry points with these words: enough to choose from. The page of the catalogue reads them all, under a key of its own. */
export function useCatalogue(words: string, enabled: boolean) {
  return useQuery({
    queryKey: ["catalogue-choices", words],
    enabled,
    queryFn: () => call(api.GET("/api/v1/catalog", { params: { query: { q: words || undefined, limit: 50 } } })),
  });
}

/** A value that has been quiet for a while. */
export function useQuiet<T>(value: T, ms = 300): T {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const over = setTimeout(() => setQuiet(value), ms);
    return () => clearTimeout(over);
  }, [value, ms]);
  return quiet;
}

/** What a template gives on the last event. */
export function useTemplatePreview(template: unknown, event: SeenEvent | undefined, enabled: boolean) {
  const { project, agent } = useForm();
  const quiet = useQuiet(template);
  return useQuery({
    queryKey: ["preview", project, event?.id, agent, quiet],
    enabled: enabled && project !== "",
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: (before: Rendered | undefined) => before,
    queryFn: async () => {
      const { payload = {}, ...rest } = event ?? {};
      const body = { template: quiet, payload, event: rest, agent: { ...agent } };
      const params = { path: { project } };
      return (await call(api.POST("/api/v1/projects/{project}/templates/preview", { params, body }))).data;
    },
  });
}

export function useSchedulePreview(schedule: string | undefined) {
  const { project } = useForm();
  const quiet = useQuiet(schedule);
  return useQuery({
    queryKey: ["schedule", project, quiet],
    enabled: project !== "" && !!quiet,
    staleTime: 30_000,
    queryFn: async () => {
      const params = { path: { project } };
      const body = { schedule: quiet ?? "", count: 5 };
      return (await call(api.POST("/api/v1/projects/{project}/schedules/preview", { params, body }))).data;
    },
  });
}
