// What a run says of its graph: the agents and links that it came by, and how often.
import type { Mark, Marks } from "../../editor/canvas/look";
import type { Cells } from "../../editor/model/cells";
import { byName } from "../../own";
import type { Tone } from "../../ui/state";
import { hasFailed, type Step, type Tree } from "./steps";

export interface CellMark {
  state: "done" | "failed" | "waiting";
  /** How many steps there were. */
  count: number;
}

export interface PathMarks {
  cells: Record<string, CellMark>;
  /** How many deliveries came along each link. */
  links: Record<string, number>;
}

/** What a step is for the graph. */
function markOf(tree: Tree, step: Step): CellMark["state"] {
  if (hasFailed(tree, step)) return "failed";
  return ["waiting", "pending", "scheduled", "unknown"].includes(step.state) ? "waiting" : "done";
}

const WORST: CellMark["state"][] = ["done", "waiting", "failed"];

export function marksOf(tree: Tree): PathMarks {
  const marks: PathMarks = { cells: byName(), links: byName() };
  for (const step of tree.steps.values()) {
    const state = markOf(tree, step);
    const before = marks.cells[step.cell];
    const worst = before && WORST.indexOf(before.state) > WORST.indexOf(state) ? before.state : state;
    marks.cells[step.cell] = { state: worst, count: (before?.count ?? 0) + 1 };
    // A replay does not come along the link again.
    if (step.delivery?.arm === 0)
      for (const link of step.delivery.links) marks.links[link] = (marks.links[link] ?? 0) + 1;
  }
  return marks;
}

/** What one agent did in a run. */
export interface AgentSum {
  cell: string;
  steps: number;
  emitted: number;
  failed: number;
  waiting: number;
  /** The time at work in all steps, and in the longest. */
  worked: number;
  longest: number;
}

/** The sums of all agents, in the order in which they came to work. */
export function sumsOf(tree: Tree): AgentSum[] {
  const sums = new Map<string, AgentSum>();
  for (const step of tree.steps.values()) {
    const sum = sums.get(step.cell) ?? {
      cell: step.cell,
      steps: 0,
      emitted: 0,
      failed: 0,
      waiting: 0,
      worked: 0,
      longest: 0,
    };
    const took = step.delivery?.took_ms ?? 0;
    sum.steps += 1;
    sum.emitted += step.emitted.length;
    if (hasFailed(tree, step)) sum.failed += 1;
    if (markOf(tree, step) === "waiting") sum.waiting += 1;
    sum.worked += took;
    sum.longest = Math.max(sum.longest, took);
    sums.set(step.cell, sum);
  }
  return [...sums.values()];
}

const TONES: Record<CellMark["state"], Tone> = { done: "green", waiting: "amber", failed: "red" };

/** The marks for the graph: what the run came by is lit, failures are red, and the rest is faded. */
export function graphMarks({ cells, links }: PathMarks, all: Cells): Marks {
  const ofCells = new Map<string, Mark>();
  const ofLinks = new Map<string, Mark>();
  for (const { id, type } of all) {
    if (typeof id !== "string") continue;
    if (type === "link") {
      const count = links[id];
      ofLinks.set(id, count ? { look: "lit", count, counts: "deliveries of this run" } : { look: "faded" });
      continue;
    }
    const mark = cells[id];
    ofCells.set(
      id,
      mark
        ? {
            look: mark.state === "failed" ? "failed" : "lit",
            count: mark.count,
            counts: "steps of this run",
            tone: TONES[mark.state],
            state: mark.state,
          }
        : { look: "faded" },
    );
  }
  return { cells: ofCells, links: ofLinks };
}

/** The cells of a canvas, whatever stands there. */
export function cellsOf(options: unknown): Cells {
  const cells = (options as { cells?: unknown } | null | undefined)?.cells;
  return Array.isArray(cells) ? cells.filter((cell) => cell !== null && typeof cell === "object") : [];
}

/** The step that a click on an agent or a link means: the next of its steps, so that another click goes on; one that failed comes first. */
export function stepOn(tree: Tree, id: string, selected: Step | undefined): string | undefined {
  const all = [...tree.steps.values()].filter((step) => step.cell === id || step.delivery?.links.includes(id));
  const at = all.findIndex((step) => step === selected);
  if (at !== -1) return all[(at + 1) % all.length]?.key;
  return (all.find((step) => step.state === "failed") ?? all[0])?.key;
}
