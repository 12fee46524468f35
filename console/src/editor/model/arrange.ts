// Where cells stand: aligned, spread, or laid out anew when somebody asks for it. Nothing here happens by itself.
import { place } from "./actions";
import { type Cell, type Cells, cellOf, endOf, groupOf, isLink, keysOf, NODE, type Point, positionOf } from "./cells";
import { ERROR, lanesOf } from "./ports";

export interface Box extends Point {
  width: number;
  height: number;
}

export type Side = "left" | "centre" | "right" | "top" | "middle" | "bottom";

/** Aligns cells by their boxes, as the canvas shows them. */
export function align(cells: Cells, boxes: ReadonlyMap<string, Box>, side: Side): Cells {
  const all = [...boxes.values()];
  if (all.length < 2) return cells;
  const left = Math.min(...all.map((box) => box.x));
  const right = Math.max(...all.map((box) => box.x + box.width));
  const top = Math.min(...all.map((box) => box.y));
  const bottom = Math.max(...all.map((box) => box.y + box.height));
  const to = (box: Box): Point => {
    if (side === "left") return { x: left, y: box.y };
    if (side === "right") return { x: right - box.width, y: box.y };
    if (side === "centre") return { x: (left + right - box.width) / 2, y: box.y };
    if (side === "top") return { x: box.x, y: top };
    if (side === "bottom") return { x: box.x, y: bottom - box.height };
    return { x: box.x, y: (top + bottom - box.height) / 2 };
  };
  return place(cells, new Map([...boxes].map(([key, box]) => [key, to(box)])));
}

/** Spreads cells so that the gaps between them are the same. */
export function spread(cells: Cells, boxes: ReadonlyMap<string, Box>, along: "x" | "y"): Cells {
  const size = along === "x" ? "width" : "height";
  const rows = [...boxes].sort(([, a], [, b]) => a[along] - b[along]);
  const first = rows[0]?.[1];
  const last = rows.at(-1)?.[1];
  if (!first || !last || rows.length < 3) return cells;
  const free = last[along] + last[size] - first[along] - rows.reduce((all, [, box]) => all + box[size], 0);
  const gap = free / (rows.length - 1);
  let at = first[along];
  const points = new Map<string, Point>();
  for (const [key, box] of rows) {
    points.set(key, { ...{ x: box.x, y: box.y }, [along]: at });
    at += box[size] + gap;
  }
  return place(cells, points);
}

/** How low the port of a group is: lanes as the split names them, errors last. */
function portRank(cell: Cell | undefined, group: string | undefined): number {
  if (group === ERROR) return Number.MAX_SAFE_INTEGER;
  return cell && group !== undefined ? [...lanesOf(cell).keys()].indexOf(group) : -1;
}

/** Lays agents out from left to right, along their links. The upper left corner stays where it was. */
export async function layout(cells: Cells, boxes: ReadonlyMap<string, Box>): Promise<Cells> {
  const { graphlib, layout: lay } = (await import("@dagrejs/dagre")).default;
  const graph = new graphlib.Graph({ multigraph: false });
  graph.setGraph({ rankdir: "LR", nodesep: 40, ranksep: 160, ranker: "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [key, box] of boxes) graph.setNode(key, { width: box.width, height: box.height });
  // The library puts what it is told last on top: links are told from the lowest port to the uppermost.
  const rank = (link: Cell) => portRank(cellOf(cells, endOf(link, "source")), groupOf(link));
  for (const link of cells
    .filter(isLink)
    .sort((a, b) => rank(a) - rank(b))
    .reverse()) {
    const [source, target] = [endOf(link, "source"), endOf(link, "target")];
    if (source && target && boxes.has(source) && boxes.has(target)) graph.setEdge(source, target);
  }
  lay(graph);
  const points = new Map<string, Point>();
  for (const [key, box] of boxes) {
    const node = graph.node(key);
    points.set(key, { x: (node.x ?? 0) - box.width / 2, y: (node.y ?? 0) - box.height / 2 });
  }
  const corner = (all: Iterable<Point>) => {
    const list = [...all];
    return { x: Math.min(...list.map(({ x }) => x)), y: Math.min(...list.map(({ y }) => y)) };
  };
  const [from, to] = [corner(points.values()), corner(boxes.values())];
  return place(
    cells,
    new Map([...points].map(([key, { x, y }]) => [key, { x: x - from.x + to.x, y: y - from.y + to.y }])),
  );
}

const shown = new WeakMap<Cells, Map<string, Point>>();

/** Where the cells stand that have no position: behind those they are linked from, or below all. It is not written into them. */
export function pointsOf(cells: Cells): ReadonlyMap<string, Point> {
  let points = shown.get(cells);
  if (points) return points;
  points = new Map();
  const keys = keysOf(cells);
  const missing: string[] = [];
  cells.forEach((cell, at) => {
    const key = keys[at] ?? "";
    const point = positionOf(cell);
    if (isLink(cell)) return;
    if (point) points?.set(key, point);
    else missing.push(key);
  });
  if (missing.length > 0) placeMissing(cells, missing, points);
  shown.set(cells, points);
  return points;
}

function placeMissing(cells: Cells, missing: string[], points: Map<string, Point>) {
  const bottom = Math.max(40 - NODE.height - 48, ...[...points.values()].map(({ y }) => y));
  const depth = new Map(missing.map((key) => [key, 0]));
  const links = cells.filter(isLink).map((cell) => [endOf(cell, "source") ?? "", endOf(cell, "target") ?? ""] as const);
  // Cycles are cut by the number of rounds.
  for (let round = 0, moved = true; moved && round < missing.length; round++) {
    moved = false;
    for (const [source, target] of links) {
      const [from, to] = [depth.get(source), depth.get(target)];
      if (from === undefined || to === undefined || to > from || from + 1 >= missing.length) continue;
      depth.set(target, from + 1);
      moved = true;
    }
  }
  const rows = new Map<number, number>();
  for (const key of missing) {
    const column = depth.get(key) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    points.set(key, { x: 40 + column * (NODE.width + 96), y: bottom + (NODE.height + 48) * (row + 1) });
  }
}

/** The cells in the order in which people read: flow by flow as they stand below each other, and each from left to right, as events go. */
export function readingOrder(cells: Cells): string[] {
  const points = pointsOf(cells);
  const flows = new Map([...points.keys()].map((key) => [key, [key]]));
  for (const link of cells.filter(isLink)) {
    const one = flows.get(endOf(link, "source") ?? "");
    const other = flows.get(endOf(link, "target") ?? "");
    if (!one || !other || one === other) continue;
    for (const key of other) flows.set(key, one);
    one.push(...other);
  }
  const at = (key: string) => points.get(key) ?? { x: 0, y: 0 };
  const column = (key: string) => Math.round(at(key).x / (NODE.width / 2));
  const line = (keys: string[]) => Math.round(Math.min(...keys.map((key) => at(key).y)) / 96);
  const left = (keys: string[]) => Math.min(...keys.map((key) => at(key).x));
  return [...new Set(flows.values())]
    .sort((a, b) => line(a) - line(b) || left(a) - left(b))
    .flatMap((flow) => flow.sort((a, b) => column(a) - column(b) || at(a).y - at(b).y));
}
