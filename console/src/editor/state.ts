// What the editor holds, as components see it, and how it stands with saving.
import type { Cells } from "./model/cells";
import type { History } from "./model/history";
import type { Head, Loaded, Problem } from "./server";

export type Saving =
  | { is: "saved" }
  /** Something changed, and will be saved at once, or is just being saved. */
  | { is: "saving" }
  | { is: "failed"; error: unknown }
  /** Somebody else saved: `theirs` is what stands there now. */
  | { is: "conflict"; theirs: Loaded }
  /** Somebody deleted the workflow: it lives on here alone. */
  | { is: "gone" };

export interface EditorState {
  readonly head: Head;
  readonly history: History;
  readonly cells: Cells;
  /** The keys of the selected cells (see `keysOf`). */
  readonly selection: ReadonlySet<string>;
  readonly saving: Saving;
  /** What the builder says of what was saved last. */
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** A later version than ours, which somebody else saved. */
  readonly elsewhere?: number;
}
