// The payload of an event. Lists and large runs leave payloads out: then the event is read by its id.
import { useQuery } from "@tanstack/react-query";
import { api, call } from "../api/client";

interface Place {
  project: string;
  workflow: string;
}

/** The payload of an event, as it is there or is read. */
export function usePayload({ project, workflow }: Place, event: { id: string; payload?: unknown } | undefined) {
  const isHere = event !== undefined && "payload" in event;
  const query = useQuery({
    queryKey: ["event", project, workflow, event?.id],
    enabled: event !== undefined && !isHere,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/events/{event}", {
          params: { path: { project, workflow, event: event?.id ?? "" } },
        }),
      ),
  });
  return {
    isKnown: isHere || query.isSuccess,
    value: isHere ? event.payload : query.data?.data.payload,
    error: query.error,
    again: () => void query.refetch(),
  };
}
