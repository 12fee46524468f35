// What the commands and palettes need of the canvas on the screen: boxes, points, and ways to bring a node into view.
import type { ReactFlowInstance, Viewport } from "@xyflow/react";
import { type RefObject, useCallback, useEffect, useMemo, useRef } from "react";
import { useStable } from "../../ui/use-stable";
import type { CanvasLink, CanvasNode } from "../canvas/graph";
import { glide } from "../canvas/motion";
import { pointsOf } from "../model/arrange";
import type { Point } from "../model/cells";
import type { Types } from "../model/ports";
import type { EditorStore } from "../store";
import { commandsOf } from "./commands";
import { focusNode } from "./place";

/** Whether the canvas stands where it was put. */
function isAt(put: Viewport | undefined, now: Viewport): boolean {
  return put !== undefined && Math.abs(put.x - now.x) < 1 && Math.abs(put.y - now.y) < 1 && put.zoom === now.zoom;
}

interface Props {
  store: EditorStore;
  types: Types;
  ground: RefObject<HTMLDivElement | null>;
  flow: ReactFlowInstance<CanvasNode, CanvasLink>;
  open: (key: string, tab?: "configure" | "try") => void;
  follow: (key: string | undefined) => void;
  /** The agent whose panel is open. */
  shown: string | undefined;
}

export function useView({ store, types, ground, flow, open, follow, shown }: Props) {
  const boxOf = useCallback(() => ground.current?.getBoundingClientRect(), [ground]);
  const commands = useMemo(
    () =>
      commandsOf(store, types, {
        boxes: () =>
          new Map(
            flow.getNodes().map(({ id, position, measured }) => {
              const { width = 208, height = 84 } = measured ?? {};
              return [id, { ...position, width, height }];
            }),
          ),
        midst: () => {
          const box = boxOf();
          const at = { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
          const { x, y } = flow.screenToFlowPosition(at);
          return { x: x - 104, y: y - 42 };
        },
      }),
    [store, types, flow, boxOf],
  );

  /** A point of the window, from the corner of the canvas: where palettes stand, not beyond its edges. */
  const local = useCallback(
    (x: number, y: number): Point => {
      const box = boxOf();
      if (!box) return { x, y };
      const within = (value: number, most: number) => Math.max(8, Math.min(value, most));
      return { x: within(x - box.x, box.width - 292), y: within(y - box.y, box.height - 372) };
    },
    [boxOf],
  );
  const besideNode = useCallback(
    (key: string | undefined): Point | undefined => {
      const node = key === undefined ? undefined : flow.getInternalNode(key);
      if (!node) return undefined;
      const { x, y } = node.internals.positionAbsolute;
      const at = flow.flowToScreenPosition({ x: x + (node.measured.width ?? 208) + 16, y });
      return local(at.x, at.y);
    },
    [flow, local],
  );

  /** How the canvas was moved to show a node: from where, and where to. */
  const moved = useRef<{ from: Viewport; to: Viewport }>(undefined);
  /** Moves the canvas as little as it takes to see a node whole, with its wheel. */
  const reveal = useStable((node: string) => {
    const box = boxOf();
    const point = pointsOf(store.get().cells).get(node);
    if (!point || !box) return;
    const { x, y, zoom } = flow.getViewport();
    const { measured } = flow.getInternalNode(node) ?? {};
    const by = (at: number, size: number, most: number) => (at < 48 ? 48 - at : Math.min(0, most - 48 - size - at));
    // In a narrow window, the panel stands over the canvas.
    const panel = document.querySelector(".editor-panel, .side")?.getBoundingClientRect();
    const width = panel && panel.left < box.right ? panel.left - box.left : box.width;
    const right = by(point.x * zoom + x, (measured?.width ?? 208) * zoom, width);
    const down = by(point.y * zoom + y, (measured?.height ?? 84) * zoom, box.height - 48);
    if (right === 0 && down === 0) return;
    const to = { x: x + right, y: y + down, zoom };
    const from = isAt(moved.current?.to, { x, y, zoom }) ? moved.current?.from : undefined;
    moved.current = { from: from ?? { x, y, zoom }, to };
    void flow.setViewport(to, glide());
  });
  // A panel that opens, or that stands there from the beginning, may cover its agent. When it closes, the canvas goes back, unless somebody has
  // moved it.
  const before = useRef<string>(undefined);
  const isThere = flow.viewportInitialized;
  useEffect(() => {
    if (!isThere) return;
    const was = before.current;
    before.current = shown;
    if (shown !== undefined && was === undefined) {
      const later = setTimeout(() => reveal(shown), 100);
      return () => clearTimeout(later);
    }
    if (shown === undefined && was !== undefined) {
      if (moved.current && isAt(moved.current.to, flow.getViewport()))
        void flow.setViewport(moved.current.from, glide());
      moved.current = undefined;
    }
  }, [shown, isThere, reveal, flow]);
  const goTo = useCallback(
    (node: string) => {
      store.select([node]);
      reveal(node);
      follow(node);
      focusNode(node);
    },
    [store, reveal, follow],
  );
  /** Opens the panel, which may cover the node: then the node comes into view again. */
  const opening = useCallback(
    (node: string, tab?: "configure" | "try") => {
      open(node, tab);
      setTimeout(() => reveal(node), 100);
    },
    [open, reveal],
  );

  return { commands, local, besideNode, goTo, opening };
}
