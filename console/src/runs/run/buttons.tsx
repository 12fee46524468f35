// What the buttons of a run do: replay, and read the run anew.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Step } from "../model/steps";
import { type ReplayVersion, replaySteps } from "./actions";
import type { RunPlace } from "./use-run";

export function useReplay(place: RunPlace) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ steps, version }: { steps: Step[]; version: ReplayVersion }) => replaySteps(place, steps, version),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["run", place.project, place.workflow, place.run] }),
        queries.invalidateQueries({ queryKey: ["overview", place.project] }),
      ]),
  });
  return {
    replay: (steps: Step[], version: ReplayVersion) => mutation.mutate({ steps, version }),
    isPending: mutation.isPending,
    isDone: mutation.isSuccess,
    error: mutation.error,
  };
}
