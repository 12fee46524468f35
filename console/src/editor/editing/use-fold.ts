// The stencil folded away, as somebody likes it. What is on the canvas stays where it is on the screen.
import type { ReactFlowInstance } from "@xyflow/react";
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { keep, kept } from "../../kept";
import type { CanvasLink, CanvasNode } from "../canvas/graph";

const NAME = "rookery.stencil";

export function useFold(ground: RefObject<HTMLDivElement | null>, flow: ReactFlowInstance<CanvasNode, CanvasLink>) {
  const [folded, setFolded] = useState(() => kept(NAME) === "folded");
  const left = useCallback(() => ground.current?.getBoundingClientRect().left ?? 0, [ground]);
  const before = useRef<number>(undefined);
  const fold = useCallback(() => {
    before.current = left();
    keep(NAME, folded ? "open" : "folded");
    setFolded(!folded);
  }, [folded, left]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas has another width once it is drawn so.
  useLayoutEffect(() => {
    if (before.current === undefined) return;
    const { x, y, zoom } = flow.getViewport();
    void flow.setViewport({ x: x + before.current - left(), y, zoom });
    before.current = undefined;
  }, [folded, flow, left]);
  return [folded, fold] as const;
}
