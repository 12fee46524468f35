// Where nodes stand on the screen, from the upper left corner of the canvas.
import { useInternalNode, useStore } from "@xyflow/react";
import type { MouseEvent } from "react";
import { isTyping } from "../../ui/list";
import type { Box } from "../model/arrange";

/** The box of a node in the pixels of the canvas; it follows moves and zoom. */
export function useBoxOf(key: string): Box | undefined {
  const node = useInternalNode(key);
  const transform = useStore((state) => state.transform);
  if (!node?.measured.width || !node.measured.height) return undefined;
  const [x, y, zoom] = transform;
  const { positionAbsolute } = node.internals;
  return {
    x: positionAbsolute.x * zoom + x,
    y: positionAbsolute.y * zoom + y,
    width: node.measured.width * zoom,
    height: node.measured.height * zoom,
  };
}

/** Where a link is looked for around a point: it is a thin line, and what is dragged onto it is held by a hand. */
const AROUND = [
  [0, 0],
  [0, -16],
  [0, 16],
  [-16, 0],
  [16, 0],
] as const;

/** The link under a point of the window, or close to it, if any. */
export function linkAt(x: number, y: number): string | undefined {
  for (const [right, down] of AROUND) {
    for (const element of document.elementsFromPoint(x + right, y + down)) {
      const link = element.closest(".react-flow__edge");
      if (link instanceof Element) return link.getAttribute("data-id") ?? undefined;
    }
  }
  return undefined;
}

/** The node under a point of the window, if any. */
export function nodeAt(x: number, y: number): string | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    const node = element.closest(".react-flow__node");
    if (node instanceof Element) return node.getAttribute("data-id") ?? undefined;
  }
  return undefined;
}

/** Puts the focus on a node of the canvas. One that is new can have it once it was measured, a few frames later. */
export function focusNode(key: string, tries = 12) {
  requestAnimationFrame(() => {
    const node = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(key)}"]`);
    node?.focus({ preventScroll: true });
    if (tries > 0 && document.activeElement !== node) focusNode(key, tries - 1);
  });
}

/** Puts the focus on what can be done with the selected link, once it is there. */
export function focusLinkBar(tries = 12) {
  requestAnimationFrame(() => {
    const button = document.querySelector<HTMLElement>(".link-bar button");
    button?.focus();
    if (!button && tries > 0) focusLinkBar(tries - 1);
  });
}

/**
 * Whoever presses the mouse on the canvas means cells: a text that was selected elsewhere is left. A browser would stretch its selection from
 * there to here when Shift is held, and "copy" would take that text in place of the cells.
 */
export function leaveTexts(event: MouseEvent) {
  const target = event.target as HTMLElement;
  if (isTyping(target)) return;
  document.getSelection()?.removeAllRanges();
  // A node that is pressed shall have the focus; the empty canvas has none to give.
  if (!event.shiftKey || !target.closest(".react-flow__pane") || target.closest(".react-flow__node")) return;
  (document.activeElement as HTMLElement | null)?.blur();
  event.preventDefault();
}
