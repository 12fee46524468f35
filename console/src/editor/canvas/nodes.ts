// The nodes as React Flow holds them: those of the cells, with the sizes of notes that were measured, and where a drag has them at the moment.
import { applyNodeChanges, type NodeChange } from "@xyflow/react";
import { useCallback, useState } from "react";
import type { CanvasNode, Graph } from "./graph";

interface Held {
  graph: Graph;
  nodes: CanvasNode[];
}

/** Takes nodes anew from the cells: what did not change stays the same object, and what is being dragged stays where it is. */
function taken(held: Held, graph: Graph): Held {
  const before = new Map(held.graph.nodes.map((node) => [node.id, node]));
  const local = new Map(held.nodes.map((node) => [node.id, node]));
  const nodes = graph.nodes.map((node) => {
    const here = local.get(node.id);
    if (!here) return node;
    if (before.get(node.id) === node) return here;
    const { dragging, position } = here;
    const measured = node.measured ?? here.measured;
    return { ...node, ...(measured ? { measured } : {}), ...(dragging ? { dragging, position } : {}) };
  });
  return { graph, nodes };
}

export function useNodes(graph: Graph): [CanvasNode[], (changes: NodeChange<CanvasNode>[]) => void] {
  const [held, setHeld] = useState<Held>({ graph, nodes: graph.nodes });
  let now = held;
  if (held.graph !== graph) {
    now = taken(held, graph);
    setHeld(now);
  }
  const change = useCallback((changes: NodeChange<CanvasNode>[]) => {
    const own = changes.filter(({ type }) => type === "dimensions" || type === "position");
    if (own.length > 0) setHeld((at) => ({ ...at, nodes: applyNodeChanges(own, at.nodes) }));
  }, []);
  return [now.nodes, change];
}
