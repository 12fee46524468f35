// What forms read of the project: credentials, agents, the catalogue; and previews of templates and schedules.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, call } from "../api/client";
import { ApiError, problemOf } from "../api/error";
import type { Schemas } from "../api/types";
import { type SeenEvent, useForm } from "./context";

type Credential = Schemas["Credential"];
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

export function useCatalogue(words: string, enabled: boolean) {
  return useQuery({
    queryKey: ["catalogue", words],
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

/** Posts to a route that the typed client does not know yet. */
export async function post<T>(path: string, body: unknown): Promise<T> {
  const answer = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-Rookery-Console": "1" },
    body: JSON.stringify(body),
  }).catch((cause) => {
    throw new ApiError(0, { type: "unreachable", message: "Rookery does not answer.", details: String(cause) });
  });
  const given = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new ApiError(answer.status, problemOf(given));
  return given.data as T;
}

/** What a template gives on the last event. */
export function useTemplatePreview(template: unknown, event: SeenEvent | undefined, enabled: boolean) {
  const { project, agent } = useForm();
  const quiet = useQuiet(template);
  return useQuery({
    queryKey: ["preview", project, event?.id, agent, quiet],
    enabled: enabled && project !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: (before: { result: unknown } | undefined) => before,
    queryFn: () => {
      const { payload = {}, ...rest } = event ?? {};
      return post<{ result: unknown }>(`/api/v1/projects/${project}/templates/preview`, {
        template: quiet,
        payload,
        event: rest,
        agent,
      });
    },
  });
}

export function useSchedulePreview(schedule: string | undefined) {
  const { project } = useForm();
  const quiet = useQuiet(schedule);
  return useQuery({
    queryKey: ["schedule", project, quiet],
    enabled: project !== "" && !!quiet,
    retry: false,
    staleTime: 30_000,
    queryFn: () =>
      post<{ times: string[]; text: string }>(`/api/v1/projects/${project}/schedules/preview`, {
        schedule: quiet,
        count: 5,
      }),
  });
}
