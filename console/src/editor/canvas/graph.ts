// Cells as the nodes and links of the canvas. A node or link is the same object as before where nothing about it changed, so that it is not
// drawn anew.
import type { Edge, Node, NodeHandle } from "@xyflow/react";
import { pointsOf } from "../model/arrange";
import {
  type Cell,
  type Cells,
  endOf,
  groupOf,
  isAgent,
  isDisabled,
  isLink,
  isNote,
  keysOf,
  NODE,
  nameOf,
  sizeOf,
  typeOf,
} from "../model/cells";
import { type AgentType, ALL, lanesOf, portsOf, type Types, takesLinks } from "../model/ports";
import type { Problem } from "../server";
import { handlesOf, heightOf } from "./geometry";
import type { Mark, Marks } from "./look";

/** What the server says of an agent in the chosen window. */
export interface Figures {
  received?: number;
  emitted?: number;
  errors?: number;
  /** Events by group. */
  groups?: Readonly<Record<string, number>>;
  lastError?: string | null;
  /** Why the agent does not do what its options expect of it. */
  notWorking?: string | null;
}

/** Where figures lead: each number is a door. */
export interface Doors {
  events: (key: string, isTrigger: boolean) => string;
  failures: (key: string) => string;
}

export interface NodeData extends Record<string, unknown> {
  cell: Cell;
  type: AgentType | undefined;
  ports: readonly string[];
  takes: boolean;
  lanes: ReadonlyMap<string, number>;
  disabled: boolean;
  editable: boolean;
  mark: Mark | undefined;
  figures: Figures | undefined;
  doors: Doors | undefined;
  problems: readonly Problem[] | undefined;
  /** How high the node is. */
  height: number;
  handles: NodeHandle[];
}

export interface LinkData extends Record<string, unknown> {
  cell: Cell;
  group: string | undefined;
  editable: boolean;
  mark: Mark | undefined;
  /** Counts up each time an event went along the link. */
  pulse: number;
  disabled: boolean;
}

export type CanvasNode = Node<NodeData, "agent" | "note">;
export type CanvasLink = Edge<LinkData, "link">;

/** All that a canvas shows beside its cells. */
export interface Scene {
  types: Types;
  marks?: Marks;
  selection: ReadonlySet<string>;
  editable: boolean;
  figures?: ReadonlyMap<string, Figures>;
  doors?: Doors;
  problems?: ReadonlyMap<string, readonly Problem[]>;
  pulses?: ReadonlyMap<string, number>;
}

export interface Graph {
  nodes: CanvasNode[];
  links: CanvasLink[];
}

const NO_LANES: ReadonlyMap<string, number> = new Map();

/** The groups of the links that leave each agent. */
function linkedBySource(cells: Cells): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const cell of cells) {
    const [source, group] = [endOf(cell, "source"), groupOf(cell)];
    if (!isLink(cell) || source === undefined || group === undefined) continue;
    found.set(source, (found.get(source) ?? new Set()).add(group));
  }
  return found;
}

/** What follows from a cell and the groups of its links is computed once. */
const derived = new WeakMap<
  Cell,
  {
    types: Types;
    linked: string;
    ports: string[];
    lanes: ReadonlyMap<string, number>;
    handles: Map<number, NodeHandle[]>;
  }
>();

function derive(cell: Cell, types: Types, groups: ReadonlySet<string> | undefined) {
  const list = groups ? [...groups].sort() : [];
  const linked = JSON.stringify(list);
  const kept = derived.get(cell);
  if (kept && kept.types === types && kept.linked === linked) return kept;
  const lanes = typeOf(cell) === "split" ? lanesOf(cell) : NO_LANES;
  const made = { types, linked, ports: isAgent(cell) ? portsOf(cell, types, list) : list, lanes, handles: new Map() };
  derived.set(cell, made);
  return made;
}

/** How many lines of figures a node has at its foot. */
export function linesOf(mark: Mark | undefined, figures: Figures | undefined, isTrigger: boolean): number {
  if (mark?.count !== undefined) return 1;
  return Number(!!figures?.errors) + Number(!!(isTrigger ? figures?.emitted : figures?.received));
}

function alike(a: object, b: object): boolean {
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return Object.keys(right).every((key) => left[key] === right[key]);
}

export function graphOf(cells: Cells, scene: Scene, before?: Graph): Graph {
  const keys = keysOf(cells);
  const points = pointsOf(cells);
  const linked = linkedBySource(cells);
  const oldNodes = new Map(before?.nodes.map((node) => [node.id, node]));
  const oldLinks = new Map(before?.links.map((link) => [link.id, link]));
  const nodes: CanvasNode[] = [];
  const links: CanvasLink[] = [];
  const resting = new Set<string>();
  cells.forEach((cell, at) => {
    const key = keys[at] ?? "";
    if (isLink(cell)) return;
    if (isDisabled(cell)) resting.add(key);
    const point = points.get(key) ?? { x: 0, y: 0 };
    const { ports, lanes, handles } = derive(cell, scene.types, linked.get(key));
    const type = scene.types.get(typeOf(cell));
    const mark = scene.marks?.cells?.get(key);
    const figures = scene.figures?.get(key);
    const height = heightOf(ports.length, linesOf(mark, figures, type?.kind === "trigger"));
    const own = handles.get(height) ?? handlesOf(ports, height);
    handles.set(height, own);
    const data: NodeData = {
      cell,
      type,
      ports,
      lanes,
      takes: takesLinks(cell, scene.types),
      disabled: isDisabled(cell),
      editable: scene.editable,
      mark,
      figures,
      doors: scene.doors,
      problems: scene.problems?.get(key),
      height,
      handles: own,
    };
    const old = oldNodes.get(key);
    const selected = scene.selection.has(key);
    const size = isNote(cell) ? sizeOf(cell) : undefined;
    if (
      old &&
      alike(old.data, data) &&
      old.selected === selected &&
      old.position.x === point.x &&
      old.position.y === point.y &&
      old.width === size?.width &&
      old.height === size?.height
    ) {
      nodes.push(old);
      return;
    }
    nodes.push({
      id: key,
      type: isNote(cell) ? "note" : "agent",
      position: { x: point.x, y: point.y },
      ariaLabel: [nameOf(cell), data.type?.title, data.disabled ? "disabled" : "", data.problems ? "has problems" : ""]
        .filter(Boolean)
        .join(", "),
      data,
      selected,
      ...(size ? { width: size.width, height: size.height, measured: size } : {}),
      ...(isNote(cell) ? { zIndex: -1 } : { measured: { width: NODE.width, height }, handles: own }),
    });
  });
  cells.forEach((cell, at) => {
    const key = keys[at] ?? "";
    const [source, target] = [endOf(cell, "source"), endOf(cell, "target")];
    if (!isLink(cell) || !source || !target || !points.has(source) || !points.has(target)) return;
    const group = groupOf(cell);
    const data: LinkData = {
      cell,
      group,
      editable: scene.editable,
      mark: scene.marks?.links?.get(key),
      pulse: scene.pulses?.get(key) ?? 0,
      disabled: resting.has(source) || resting.has(target),
    };
    const selected = scene.selection.has(key);
    const old = oldLinks.get(key);
    const same = old?.data && alike(old.data, data) && old.selected === selected && old.source === source;
    if (old && same && old.target === target) {
      links.push(old);
      return;
    }
    links.push({
      id: key,
      type: "link",
      source,
      target,
      sourceHandle: group ?? ALL,
      targetHandle: "in",
      data,
      selected,
    });
  });
  return { nodes, links };
}
