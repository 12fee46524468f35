// The editor's store, as components see it.
import { useRef, useSyncExternalStore } from "react";
import type { EditorState } from "./state";
import type { EditorStore } from "./store";

/** A part of what the editor holds. The component is drawn anew when that part is another one. */
export function useEditor<T>(store: EditorStore, part: (state: EditorState) => T): T {
  const last = useRef<{ state: EditorState; part: (state: EditorState) => T; value: T }>(undefined);
  return useSyncExternalStore(store.subscribe, () => {
    const state = store.get();
    const kept = last.current;
    if (kept && kept.state === state && kept.part === part) return kept.value;
    const value = part(state);
    last.current = { state, part, value };
    return value;
  });
}
