// A graph that is only shown: a run on the version that it is pinned to, or what differs between two versions.
import {
  Background,
  type EdgeTypes,
  type NodeChange,
  type NodeTypes,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useMemo, useRef } from "react";
import { IconButton } from "../../ui/button";
import { useStable } from "../../ui/use-stable";
import type { Cells } from "../model/cells";
import { type AgentType, type Types, typesByName } from "../model/ports";
import "./canvas.css";
import { FIT, MIN_ZOOM, useFirstView } from "./first-view";
import { type CanvasLink, type CanvasNode, type Graph, graphOf } from "./graph";
import { FlowLink } from "./link";
import type { Marks } from "./look";
import { AgentNode } from "./node";
import { useNodes } from "./nodes";
import { NoteNode } from "./note";
import { Sighted } from "./sight";

export type { Mark, Marks } from "./look";

export const NODE_TYPES: NodeTypes = { agent: AgentNode, note: NoteNode };
export const LINK_TYPES: EdgeTypes = { link: FlowLink };

/** Of a graph that has many nodes and links, only those in view are in the page. */
export const isMany = ({ nodes, links }: Graph) => nodes.length + links.length > 150;

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
      <Sighted>
        <Shown {...props} />
      </Sighted>
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
  const [place, view] = useFirstView(nodes);
  const clicked = useStable((_: unknown, { id }: CanvasNode | CanvasLink) => onSelect?.(id));
  const beside = useStable(() => onSelect?.(undefined));
  const changed = useStable((changes: NodeChange<CanvasNode>[]) => {
    changeNodes(changes);
    // Enter and the space bar choose the node that has the focus.
    for (const change of changes) if (change.type === "select" && change.selected) onSelect?.(change.id);
  });
  return (
    <div className="graph">
      {!view && <div ref={place} className="graph-place" />}
      {view && (
        <ReactFlow<CanvasNode, CanvasLink>
          nodes={nodes}
          edges={graph.links}
          nodeTypes={NODE_TYPES}
          edgeTypes={LINK_TYPES}
          defaultViewport={view}
          minZoom={MIN_ZOOM}
          maxZoom={2}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesReconnectable={false}
          deleteKeyCode={null}
          onlyRenderVisibleElements={isMany(graph)}
          onNodeClick={clicked}
          onEdgeClick={clicked}
          onPaneClick={beside}
          onNodesChange={changed}
          attributionPosition="bottom-right"
          aria-label="The graph"
        >
          <Background gap={16} size={1} />
          <Panel position="bottom-left">
            <Fit />
          </Panel>
        </ReactFlow>
      )}
    </div>
  );
}

function Fit() {
  const flow = useReactFlow();
  return (
    <div className="graph-tools">
      <IconButton icon="maximize" label="Show all" onClick={() => void flow.fitView(FIT)} />
    </div>
  );
}
