// What somebody has written to try or to send. Trying, mending and trying again leads through other tabs and agents: it is kept while the page is open.
import { useCallback, useState } from "react";
import type { Place } from "./data";

const kept = new Map<string, string>();

/** What is kept of an agent, under a name. */
export function draftOf({ project, workflow, cell }: Place, name: string): string | undefined {
  return kept.get(JSON.stringify([project, workflow, cell, name]));
}

/** Keeps a text, or forgets it. */
export function keepDraft({ project, workflow, cell }: Place, name: string, text: string | undefined) {
  const key = JSON.stringify([project, workflow, cell, name]);
  if (text === undefined) kept.delete(key);
  else kept.set(key, text);
}

/** A text that is kept, as a state. */
export function useDraft(place: Place, name: string): [string | undefined, (text: string | undefined) => void] {
  const [text, setText] = useState(() => draftOf(place, name));
  const set = useCallback(
    (next: string | undefined) => {
      keepDraft(place, name, next);
      setText(next);
    },
    [place, name],
  );
  return [text, set];
}
