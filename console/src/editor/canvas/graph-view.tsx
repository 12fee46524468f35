// A graph that is only shown: a run on the version that it is pinned to, or what differs between two versions.
import {
  Background,
  type EdgeTypes,
  type NodeTypes,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useMemo, useRef } from "react";
import { IconButton } from "../../ui/button";
import type { Cells } from "../model/cells";
import { type AgentType, type Types, typesByName } from "../model/ports";
import "./canvas.css";
import { type CanvasLink, type CanvasNode, type Graph, graphOf } from "./graph";
import { FlowLink } from "./link";
import type { Marks } from "./look";
import { AgentNode } from "./node";
import { useNodes } from "./nodes";
import { NoteNode } from "./note";

export type { Mark, Marks } from "./look";

export const NODE_TYPES: NodeTypes = { agent: AgentNode, note: NoteNode };
export const LINK_TYPES: EdgeTypes = { link: FlowLink };

interface Props {
  /** The cells of a version, as the API has them. */
  cells: Cells;
  /** The agent types of the project. */
  types: Types | readonly AgentType[];
  /** What is said of cells and links, by the ids of their cells. */
  marks?: Marks;
  /** A cell or a link was chosen; nothing, by a click beside them. */
  onSelect?: (id: string | undefined) => void;
  selected?: string;
}

export function GraphView(props: Props) {
  return (
    <ReactFlowProvider>
      <Shown {...props} />
    </ReactFlowProvider>
  );
}

function Shown({ cells, types, marks, onSelect, selected }: Props) {
  const known = useMemo<Types>(() => (Array.isArray(types) ? typesByName(types) : (types as Types)), [types]);
  const before = useRef<Graph>(undefined);
  const graph = useMemo(() => {
    const selection = new Set(selected === undefined ? [] : [selected]);
    before.current = graphOf(cells, { types: known, marks, selection, editable: false }, before.current);
    return before.current;
  }, [cells, known, marks, selected]);
  const [nodes, changeNodes] = useNodes(graph);
  return (
    <div className="graph">
      <ReactFlow<CanvasNode, CanvasLink>
        nodes={nodes}
        edges={graph.links}
        nodeTypes={NODE_TYPES}
        edgeTypes={LINK_TYPES}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
        minZoom={0.1}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesReconnectable={false}
        deleteKeyCode={null}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        onEdgeClick={(_, link) => onSelect?.(link.id)}
        onPaneClick={() => onSelect?.(undefined)}
        onNodesChange={(changes) => {
          changeNodes(changes);
          // Enter and the space bar choose the node that has the focus.
          for (const change of changes) if (change.type === "select" && change.selected) onSelect?.(change.id);
        }}
        attributionPosition="bottom-right"
        aria-label="The graph"
      >
        <Background gap={16} size={1} />
        <Panel position="bottom-left">
          <Fit />
        </Panel>
      </ReactFlow>
    </div>
  );
}

function Fit() {
  const flow = useReactFlow();
  return (
    <div className="graph-tools">
      <IconButton icon="maximize" label="Show all" onClick={() => void flow.fitView({ maxZoom: 1, padding: 0.12 })} />
    </div>
  );
}
