// What of a canvas is seen first: all of it. It is known before anything is drawn, so that nothing is drawn twice.
import { getViewportForBounds, type Viewport } from "@xyflow/react";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { CanvasNode } from "./graph";

/** At the edges there is room for the wheel and the tools. */
export const FIT = { maxZoom: 1, padding: { x: "32px", y: "64px" } } as const;
export const MIN_ZOOM = 0.1;

/** The view that shows all nodes in a canvas of this size. */
export function viewOf(nodes: readonly CanvasNode[], width: number, height: number): Viewport {
  if (nodes.length === 0 || width === 0 || height === 0) return { x: 0, y: 0, zoom: 1 };
  const [x, y] = [Math.min(...nodes.map((node) => node.position.x)), Math.min(...nodes.map((node) => node.position.y))];
  const right = Math.max(...nodes.map(({ position, measured }) => position.x + (measured?.width ?? 1)));
  const bottom = Math.max(...nodes.map(({ position, measured }) => position.y + (measured?.height ?? 1)));
  const bounds = { x, y, width: right - x, height: bottom - y };
  return getViewportForBounds(bounds, width, height, MIN_ZOOM, FIT.maxZoom, FIT.padding);
}

/** The view to begin with: none until what stands in the canvas's place is in the page, which is when its size is known. */
export function useFirstView(nodes: readonly CanvasNode[]): [RefObject<HTMLDivElement | null>, Viewport | undefined] {
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Viewport>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what comes later does not move the canvas.
  useLayoutEffect(() => {
    const { width = 0, height = 0 } = place.current?.getBoundingClientRect() ?? {};
    setView(viewOf(nodes, width, height));
  }, []);
  return [place, view];
}
