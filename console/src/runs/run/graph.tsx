// The graph of the version that a run is pinned to: the way of the run is lit, and the rest faded.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, call } from "../../api/client";
import { GraphView } from "../../editor/canvas/graph-view";
import type { Cells } from "../../editor/model/cells";
import { graphMarks, marksOf } from "../model/marks";
import type { Step, Tree } from "../model/steps";

interface Props {
  project: string;
  /** The canvas of the version. */
  options: unknown;
  tree: Tree;
  selected?: Step;
  select: (key: string) => void;
}

export default function RunGraph({ project, options, tree, selected, select }: Props) {
  const types = useQuery({
    queryKey: ["agent-types", project],
    staleTime: 60_000,
    queryFn: () =>
      call(api.GET("/api/v1/projects/{project}/workflows/agent_types", { params: { path: { project } } })),
  });
  const cells = useMemo(() => cellsOf(options), [options]);
  const marks = useMemo(() => graphMarks(marksOf(tree), cells), [tree, cells]);
  return (
    <GraphView
      cells={cells}
      types={types.data?.data ?? []}
      marks={marks}
      selected={selected?.cell}
      onSelect={(id) => {
        const key = id && stepOn(tree, id, selected);
        if (key) select(key);
      }}
    />
  );
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
