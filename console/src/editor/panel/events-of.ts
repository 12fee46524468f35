// Which events came to an agent, and what it made of each. Pure.
import type { Schemas } from "../../api/types";
import { inLine } from "../../runs/in-line";
import { type Cells, endOf, groupOf, isControl, isLink } from "../model/cells";

export type StoredEvent = Schemas["Event"];

/** An agent, or one of its groups, that leads to another agent. */
export interface Source {
  cell: string;
  /** None for all of its events. */
  group?: string;
}

/** What leads to an agent, by the links of the canvas. All events of an agent cover each of its groups. */
export function sourcesOf(cells: Cells, id: string): Source[] {
  const groups = new Map<string, Set<string | undefined>>();
  for (const link of cells) {
    const source = isLink(link) && endOf(link, "target") === id ? endOf(link, "source") : undefined;
    if (source === undefined || isControl(link)) continue;
    groups.set(source, (groups.get(source) ?? new Set()).add(groupOf(link)));
  }
  return [...groups].flatMap(([cell, of]) =>
    of.has(undefined) ? [{ cell }] : [...of].map((group) => ({ cell, group })),
  );
}

/** Where the flow that leads to an agent begins: its events are tried on while none has come to the agent itself. */
export function beginningsOf(cells: Cells, id: string): string[] {
  const seen = new Set([id]);
  const found: string[] = [];
  for (const at of seen) {
    const before = sourcesOf(cells, at);
    if (before.length === 0 && at !== id) found.push(at);
    for (const { cell } of before) seen.add(cell);
  }
  return found;
}

/** Several lists of events as one, newest first; an event that is in two of them comes once. */
export function newestFirst(lists: readonly (readonly StoredEvent[])[]): StoredEvent[] {
  const found = new Map(lists.flat().map((event) => [event.id, event]));
  return [...found.values()].sort((one, other) => other.created_at.localeCompare(one.created_at));
}

/** What came of an event at an agent. */
export function madeOf(incoming: StoredEvent, outgoing: readonly StoredEvent[]): StoredEvent[] {
  return outgoing.filter((event) => event.cause?.event === incoming.id);
}

/** The beginning of an event's payload, for one line of a list. */
export function gistOf(event: Pick<StoredEvent, "payload" | "payload_omitted">): string {
  if (event.payload_omitted) return "a large payload";
  return "payload" in event ? inLine(event.payload) : "—";
}
