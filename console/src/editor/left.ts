// Editors that were left before all was saved, as when the network was away: whoever comes back finds them as they were.
import type { EditorStore } from "./store";

const left = new Map<string, EditorStore>();

/** Saves what an editor has that is not saved yet, and keeps it until it is. */
export function leave(workflow: string, store: EditorStore) {
  if (!store.dirty) return;
  left.set(workflow, store);
  void store.flush();
}

/** The editor that was left, if it has something that is not saved yet. */
export function backTo(workflow: string): EditorStore | undefined {
  const store = left.get(workflow);
  left.delete(workflow);
  return store?.dirty ? store : undefined;
}

globalThis.addEventListener("beforeunload", (event) => {
  if ([...left.values()].some((store) => store.dirty)) event.preventDefault();
});
