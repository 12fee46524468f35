// The rows of a tree as they are shown: what is folded is left out.
import type { Step, Tree } from "./steps";

export interface Row {
  step: Step;
  depth: number;
  /** Whether what came of the step is shown; none if nothing did. */
  open?: boolean;
  /** How many steps the fold hides. */
  hidden: number;
}

/** Which steps a person has opened or folded; all others are as the size of the run suggests. */
export type Folds = ReadonlyMap<string, boolean>;

/** Trees of more steps than this are shown with their first levels alone. */
const LARGE = 500;
const LEVELS = 2;

export function isOpen(tree: Tree, folds: Folds, step: Step, depth: number): boolean {
  return folds.get(step.key) ?? (tree.steps.size <= LARGE || depth < LEVELS);
}

export interface Filter {
  agent?: string;
  state?: string;
}

/** The rows of a tree. With a filter, there is no tree: the steps that fit, one below the other. */
export function rowsOf(tree: Tree, folds: Folds, filter: Filter = {}): Row[] {
  if (filter.agent || filter.state) {
    const fits = (step: Step) =>
      (!filter.agent || step.cell === filter.agent) && (!filter.state || step.state === filter.state);
    return [...tree.steps.values()].filter(fits).map((step) => ({ step, depth: 0, hidden: 0 }));
  }
  const rows: Row[] = [];
  const visit = (step: Step, depth: number) => {
    if (step.children.length === 0) {
      rows.push({ step, depth, hidden: 0 });
      return;
    }
    const open = isOpen(tree, folds, step, depth);
    rows.push({ step, depth, open, hidden: open ? 0 : step.children.length });
    if (open) for (const child of step.children) visit(child, depth + 1);
  };
  for (const top of tree.tops) visit(top, 0);
  return rows;
}

/** The folds with those of some steps set. */
export function fold(folds: Folds, keys: string[], open: boolean): Folds {
  const next = new Map(folds);
  for (const key of keys) next.set(key, open);
  return next;
}

/** What a key does in a list of rows: the row to go to, or the fold to set. */
export function moved(
  rows: Row[],
  selected: string | undefined,
  key: string,
): { go?: string; fold?: [string, boolean] } {
  const at = rows.findIndex((row) => row.step.key === selected);
  const row = rows[at];
  const to = (index: number) => ({ go: rows[Math.max(0, Math.min(rows.length - 1, index))]?.step.key });
  if (key === "ArrowDown" || key === "j") return to(at + 1);
  if (key === "ArrowUp" || key === "k") return to(at - 1);
  if (key === "Home") return to(0);
  if (key === "End") return to(rows.length - 1);
  if (key === "PageDown") return to(at + 15);
  if (key === "PageUp") return to(at - 15);
  if (!row) return {};
  if (key === "ArrowRight") {
    if (row.open === false) return { fold: [row.step.key, true] };
    return row.open ? to(at + 1) : {};
  }
  if (key === "ArrowLeft") {
    if (row.open) return { fold: [row.step.key, false] };
    return row.step.parent ? { go: row.step.parent.key } : {};
  }
  return {};
}
