// The ports of an agent: one for each group that it can emit, in the order of its type, and one for all events.
import type { Schemas } from "../../api/types";
import { type Cell, type Cells, CONTROL, cellOf, configOf, endOf, groupOf, isAgent, isLink, typeOf } from "./cells";
import { isObject } from "./json";

export type AgentType = Schemas["AgentType"];
export type Types = ReadonlyMap<string, AgentType>;

/** The port that takes all events of an agent, whatever their group. */
export const ALL = "*";
export const ERROR = "on_error";

export function typesByName(list: readonly AgentType[]): Types {
  return new Map(list.map((type) => [type.type, type]));
}

/** The names of a split's lanes, in their order; none for a lane that has no name. */
export function laneNames(cell: Cell): (string | undefined)[] {
  const groups = typeOf(cell) === "split" ? configOf(cell).groups : undefined;
  if (!Array.isArray(groups)) return [];
  return groups.map((group) => (isObject(group) && typeof group.name === "string" ? group.name : undefined));
}

/** The groups that an agent emits, as its type and its config say; and the port of its control links, if it controls others. */
export function groupsOf(cell: Cell, types: Types): string[] {
  const type = typeOf(cell);
  const known = types.get(type)?.groups ?? [ERROR];
  const own = laneNames(cell).filter((name) => name !== undefined);
  const emitted = known.filter((group) => group !== ERROR);
  const usual =
    type === "condition" && configOf(cell).emit_on_no_match !== true
      ? emitted.filter((group) => group !== "on_no_match")
      : emitted;
  const control = types.get(type)?.controls ? [CONTROL] : [];
  return [...new Set([...control, ...own, ...usual, ...(known.includes(ERROR) ? [ERROR] : [])])];
}

/** The groups that have a port: those that the agent emits, and those that links of the canvas leave from. */
export function portsOf(cell: Cell, types: Types, linked: readonly string[] = []): string[] {
  const groups = groupsOf(cell, types);
  const more = linked.filter((group) => !groups.includes(group));
  const at = groups.indexOf(ERROR);
  return at === -1 ? [...groups, ...more] : [...groups.slice(0, at), ...more, ERROR];
}

/** The groups of the links that leave an agent. */
export function linkedGroups(cells: Cells, key: string): string[] {
  const groups = cells.filter((cell) => isLink(cell) && endOf(cell, "source") === key).map(groupOf);
  return [...new Set(groups.filter((group) => group !== undefined))];
}

/** Whether links may lead to a cell: triggers have no way in. */
export function takesLinks(cell: Cell | undefined, types: Types): boolean {
  return cell !== undefined && isAgent(cell) && types.get(typeOf(cell))?.kind !== "trigger";
}

/** Whether a link may lead from a port of an agent to another. Any agent may be controlled. */
export function canConnect(cells: Cells, types: Types, source: string, target: string, group?: string | null): boolean {
  const [from, to] = [cellOf(cells, source), cellOf(cells, target)];
  if (!from || !isAgent(from)) return false;
  return group === CONTROL ? to !== undefined && isAgent(to) : takesLinks(to, types);
}

/** The group that most want to link from first: the first that is no error; all events where there is none. */
export function usualGroup(cell: Cell, types: Types): string | undefined {
  return groupsOf(cell, types).find((group) => group !== ERROR);
}

/** The share of each lane of a split, 0 to 1. */
export function lanesOf(cell: Cell): Map<string, number> {
  const groups = configOf(cell).groups;
  const weights = new Map<string, number>();
  if (typeOf(cell) !== "split" || !Array.isArray(groups)) return weights;
  for (const group of groups) {
    if (!isObject(group) || typeof group.name !== "string") continue;
    const weight = typeof group.weight === "number" && group.weight > 0 ? group.weight : 1;
    weights.set(group.name, weight);
  }
  const sum = [...weights.values()].reduce((all, weight) => all + weight, 0);
  for (const [name, weight] of weights) weights.set(name, weight / sum);
  return weights;
}
