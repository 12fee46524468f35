// What the buttons of a run do: replay, and read the run anew.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Step } from "../model/steps";
import { replaySteps } from "./actions";
import type { RunPlace } from "./use-run";

export function useReplay(place: RunPlace) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: (steps: Step[]) => replaySteps(place, steps),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["run", place.project, place.workflow, place.run] }),
        queries.invalidateQueries({ queryKey: ["overview", place.project] }),
      ]),
  });
  return {
    replay: (steps: Step[]) => mutation.mutate(steps),
    isPending: mutation.isPending,
    isDone: mutation.isSuccess,
    error: mutation.error,
  };
}
