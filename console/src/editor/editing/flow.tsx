// The nodes and links of the canvas that is edited: what is done to them by mouse becomes an action on the store. While a node is dragged,
// this is drawn anew at each step, and nothing around it: so all that it gives to React Flow stays the same object.
import {
  Background,
  type Connection,
  ConnectionMode,
  type FinalConnectionState,
  ReactFlow,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type MouseEvent, memo, type ReactNode, useMemo } from "react";
import { useStable } from "../../ui/use-stable";
import type { CanvasLink, CanvasNode, Graph } from "../canvas/graph";
import { LINK_TYPES, NODE_TYPES } from "../canvas/graph-view";
import { useNodes } from "../canvas/nodes";
import { connect, place, reconnect } from "../model/actions";
import { isAgent, type Point } from "../model/cells";
import { ALL, canConnect, type Types } from "../model/ports";
import type { EditorStore } from "../store";
import type { Asked } from "./finders";
import { nodeAt } from "./place";

export const FIT = { maxZoom: 1, padding: 0.12 };
const MANY_KEYS = ["Shift", "Meta", "Control"];
/** With more cells than these, only those in view are in the page. */
const MANY = 150;

interface Props {
  store: EditorStore;
  types: Types;
  graph: Graph;
  /** The link that something is carried over. */
  over: string | undefined;
  ask: (asked: Asked) => void;
  /** A point of the window, from the corner of the canvas. */
  local: (x: number, y: number) => Point;
  open: (key: string) => void;
  follow: (key: string | undefined) => void;
  setDragging: (dragging: boolean) => void;
  children: ReactNode;
}

/** The group of a port. */
function groupOfPort(port: string | null | undefined): string | undefined {
  return port == null || port === ALL ? undefined : port;
}

export const Flow = memo(function Flow(props: Props) {
  const { store, types, graph, over, ask, local, open, follow, setDragging, children } = props;
  const flow = useReactFlow<CanvasNode, CanvasLink>();
  const [nodes, changeNodes] = useNodes(graph);
  const links = useMemo(
    () =>
      over ? graph.links.map((link) => (link.id === over ? { ...link, className: "is-over" } : link)) : graph.links,
    [graph, over],
  );

  /** Takes what React Flow selects: nodes and links together are one selection. */
  const select = useStable((changes: readonly { type: string }[]) => {
    const now = new Set(store.get().selection);
    for (const change of changes as { type: string; id?: string; selected?: boolean }[]) {
      if (change.type !== "select" || change.id === undefined) continue;
      if (change.selected) now.add(change.id);
      else now.delete(change.id);
    }
    store.select(now);
  });
  const begin = useStable(() => setDragging(true));
  const moved = (all: CanvasNode[]) => {
    setDragging(false);
    store.apply((now) => place(now, new Map(all.map(({ id, position }) => [id, position]))));
  };
  const connectEnd = (event: globalThis.MouseEvent | TouchEvent, connection: FinalConnectionState) => {
    const { isValid, fromNode, fromHandle } = connection;
    if (isValid || !fromNode || fromHandle?.type !== "source") return;
    const { clientX, clientY } =
      "changedTouches" in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
    const group = groupOfPort(fromHandle.id);
    const node = nodeAt(clientX, clientY);
    if (node) return store.apply((now) => connect(now, types, fromNode.id, node, group));
    const { x, y } = flow.screenToFlowPosition({ x: clientX, y: clientY });
    ask({ for: "add", from: { key: fromNode.id, group }, point: { x, y: y - 24 }, at: local(clientX, clientY) });
  };

  return (
    <ReactFlow<CanvasNode, CanvasLink>
      nodes={nodes}
      edges={links}
      nodeTypes={NODE_TYPES}
      edgeTypes={LINK_TYPES}
      onNodesChange={useStable((changes) => {
        changeNodes(changes);
        select(changes);
      })}
      onEdgesChange={select}
      onNodeClick={useStable((event: MouseEvent, node: CanvasNode) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey) return;
        if (isAgent(node.data.cell)) open(node.id);
      })}
      onPaneClick={useStable(() => follow(undefined))}
      onNodeDragStart={begin}
      onNodeDragStop={useStable((_: unknown, __: unknown, all: CanvasNode[]) => moved(all))}
      onSelectionDragStart={begin}
      onSelectionDragStop={useStable((_: unknown, all: CanvasNode[]) => moved(all))}
      isValidConnection={useStable(({ source, target }: Connection | CanvasLink) =>
        canConnect(store.get().cells, types, source, target),
      )}
      onConnect={useStable(({ source, target, sourceHandle }: Connection) =>
        store.apply((now) => connect(now, types, source, target, groupOfPort(sourceHandle))),
      )}
      onConnectEnd={useStable(connectEnd)}
      onReconnect={useStable((link: CanvasLink, { source, target, sourceHandle }: Connection) =>
        store.apply((now) => reconnect(now, types, link.id, { source, target, group: groupOfPort(sourceHandle) })),
      )}
      nodesDraggable={store.editable}
      nodesConnectable={store.editable}
      edgesReconnectable={store.editable}
      connectionMode={ConnectionMode.Strict}
      connectionRadius={24}
      nodeDragThreshold={3}
      disableKeyboardA11y
      deleteKeyCode={null}
      edgesFocusable={false}
      multiSelectionKeyCode={MANY_KEYS}
      selectionKeyCode="Shift"
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      maxZoom={2}
      onlyRenderVisibleElements={graph.nodes.length + graph.links.length > MANY}
      attributionPosition="bottom-center"
    >
      <Background gap={16} size={1} />
      {children}
    </ReactFlow>
  );
});
