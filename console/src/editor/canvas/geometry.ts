// How large a node is, and where its ports stand: as its styles say (`node.css`), so that nothing has to be measured before links are drawn.
import { type NodeHandle, Position, type XYPosition } from "@xyflow/react";
import { NODE } from "../model/cells";
import { ALL } from "../model/ports";

/** With more ports than these, rows are low, and their labels are shown on approach. */
export const LABELLED = 4;
export const HEAD = 48;
/** A line of figures at the foot. */
const LINE = 16;
const ROW = 18;
const LOW_ROW = 14;
const LEAST_BODY = 24;
const BELOW = 6;
const PORT = 9;

const rowOf = (ports: number) => (ports > LABELLED ? LOW_ROW : ROW);

/** How high a node is that has so many ports, and so many lines of figures. */
export function heightOf(ports: number, lines: number): number {
  return HEAD + Math.max(LEAST_BODY, Math.max(ports * rowOf(ports), lines * LINE) + BELOW);
}

/** The ports of a node of a height: the way in, the port for all events, and one for each group. */
export function handlesOf(ports: readonly string[], height: number): NodeHandle[] {
  const row = rowOf(ports.length);
  const first = height - BELOW - ports.length * row + row / 2;
  const handle = (id: string, type: NodeHandle["type"], middle: XYPosition): NodeHandle => ({
    id,
    type,
    position: type === "target" ? Position.Left : Position.Right,
    x: middle.x - PORT / 2,
    y: middle.y - PORT / 2,
    width: PORT,
    height: PORT,
  });
  return [
    handle("in", "target", { x: 0, y: HEAD / 2 }),
    handle(ALL, "source", { x: NODE.width, y: HEAD / 2 }),
    ...ports.map((id, at) => handle(id, "source", { x: NODE.width, y: first + at * row })),
  ];
}
