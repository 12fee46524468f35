// The graph of the version that a run is pinned to: the way of the run is lit, and the rest faded.
import { useMemo } from "react";
import { GraphView } from "../../editor/canvas/graph-view";
import { useAgentTypes } from "../../workflows/queries";
import { cellsOf, graphMarks, marksOf, stepOn } from "../model/marks";
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
  const types = useAgentTypes(project);
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
