// The nodes and links of the canvas that is edited: what is done to them by mouse becomes an action on the store. While a node is dragged,
// this is drawn anew at each step, and nothing around it: so all that it gives to React Flow stays the same object.
import {
  Background,
  type Connection,
  ConnectionMode,
  type FinalConnectionState,
  type NodeChange,
  ReactFlow,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type MouseEvent, memo, type ReactNode, useMemo } from "react";
import { useStable } from "../../ui/use-stable";
import { MIN_ZOOM, useFirstView } from "../canvas/first-view";
import type { CanvasLink, CanvasNode, Graph } from "../canvas/graph";
import { isMany, LINK_TYPES, NODE_TYPES } from "../canvas/graph-view";
import { useNodes } from "../canvas/nodes";
import { useSight } from "../canvas/sight";
import { connect, place as move, reconnect } from "../model/actions";
import { isAgent, type Point } from "../model/cells";
import { ALL, canConnect, type Types } from "../model/ports";
import type { EditorStore } from "../store";
import type { Asked } from "./finders";
import { nodeAt } from "./place";

const MANY_KEYS = ["Shift", "Meta", "Control"];

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
  const [place, view] = useFirstView(nodes);
  const sight = useSight();
  // From afar, nobody could hit a port.
  const isLinked = store.editable && sight !== "far";
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
  const changed = useStable((changes: NodeChange<CanvasNode>[]) => {
    changeNodes(changes);
    select(changes);
  });
  const clicked = useStable((event: MouseEvent, node: CanvasNode) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (isAgent(node.data.cell)) open(node.id);
  });
  const beside = useStable(() => follow(undefined));
  const moved = useStable((_: unknown, __: unknown, all: CanvasNode[]) => {
    setDragging(false);
    store.apply((now) => move(now, new Map(all.map(({ id, position }) => [id, position]))));
  });
  const movedMany = useStable((_: unknown, all: CanvasNode[]) => moved(_, undefined, all));
  const canLink = useStable(({ source, target, sourceHandle }: Connection | CanvasLink) =>
    canConnect(store.get().cells, types, source, target, sourceHandle),
  );
  const linked = useStable(({ source, target, sourceHandle }: Connection) =>
    store.apply((now) => connect(now, types, source, target, groupOfPort(sourceHandle))),
  );
  const linkedAnew = useStable((link: CanvasLink, { source, target, sourceHandle }: Connection) =>
    store.apply((now) => reconnect(now, types, link.id, { source, target, group: groupOfPort(sourceHandle) })),
  );
  /** A link that was dragged out of a port and ends on no port: it leads to the node below, or to a new one. */
  const dropped = useStable((event: globalThis.MouseEvent | TouchEvent, connection: FinalConnectionState) => {
    const { isValid, fromNode, fromHandle } = connection;
    if (isValid || !fromNode || fromHandle?.type !== "source") return;
    const { clientX, clientY } =
      "changedTouches" in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
    const group = groupOfPort(fromHandle.id);
    const node = nodeAt(clientX, clientY);
    if (node) return store.apply((now) => connect(now, types, fromNode.id, node, group));
    const { x, y } = flow.screenToFlowPosition({ x: clientX, y: clientY });
    ask({ for: "add", from: { key: fromNode.id, group }, point: { x, y: y - 24 }, at: local(clientX, clientY) });
  });

  if (!view) return <div ref={place} className="graph-place" />;
  return (
    <ReactFlow<CanvasNode, CanvasLink>
      nodes={nodes}
      edges={links}
      nodeTypes={NODE_TYPES}
      edgeTypes={LINK_TYPES}
      onNodesChange={changed}
      onEdgesChange={select}
      onNodeClick={clicked}
      onPaneClick={beside}
      onNodeDragStart={begin}
      onNodeDragStop={moved}
      onSelectionDragStart={begin}
      onSelectionDragStop={movedMany}
      isValidConnection={canLink}
      onConnect={linked}
      onConnectEnd={dropped}
      onReconnect={linkedAnew}
      nodesDraggable={store.editable}
      nodesConnectable={isLinked}
      edgesReconnectable={isLinked}
      connectionMode={ConnectionMode.Strict}
      connectionRadius={24}
      nodeDragThreshold={3}
      disableKeyboardA11y
      deleteKeyCode={null}
      edgesFocusable={false}
      multiSelectionKeyCode={MANY_KEYS}
      selectionKeyCode="Shift"
      defaultViewport={view}
      minZoom={MIN_ZOOM}
      maxZoom={2}
      onlyRenderVisibleElements={isMany(graph)}
      attributionPosition="bottom-center"
    >
      <Background gap={16} size={1} />
      {children}
    </ReactFlow>
  );
});
