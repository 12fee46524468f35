// What can be put on a canvas: the agent types of the project by kind, presets of them, and cells that are ready.
import type { Schemas } from "../../api/types";
import { fits } from "../../frame/find";
import type { Stock } from "../model/actions";
import type { AgentType, Types } from "../model/ports";

/** One thing of the stencil. */
export interface Ware {
  id: string;
  title: string;
  /** Where it stands: a kind, `Presets` or `Ready`. */
  shelf: string;
  doc: string;
  stock: Stock;
}

const SHELVES: [AgentType["kind"], string][] = [
  ["trigger", "Triggers"],
  ["filter", "Filters"],
  ["action", "Actions"],
];
export const READY = "Ready to use";
export const PRESETS = "Presets";
export const ORDER = [...SHELVES.map(([, name]) => name), READY, PRESETS];

/** All wares, in the order of the shelves. */
export function waresOf(types: Types, ready: readonly Schemas["ReadyCell"][]): Ware[] {
  const list = [...types.values()];
  const plain = SHELVES.flatMap(([kind, shelf]) =>
    list
      .filter((type) => type.kind === kind)
      .map((type): Ware => ({ id: type.type, title: type.title, shelf, doc: type.description, stock: { type } })),
  );
  const made = ready.flatMap(({ cell, title, description, from }, at): Ware[] => {
    const type = types.get(cell.agent_type);
    if (!type) return [];
    const waits =
      from.type === "entry_point" && from.access === "approval" ? "\n\nIts provider accepts the connection first." : "";
    const stock = { type, name: cell.name, config: cell.config };
    return [{ id: `ready-${at}`, title, shelf: READY, doc: description + waits, stock }];
  });
  const presets = list.flatMap((type) =>
    type.examples.map(({ title, config }, at): Ware => {
      const stock = { type, name: title.length <= 40 ? title : type.title, config: config as Record<string, unknown> };
      return {
        id: `preset-${type.type}-${at}`,
        title,
        shelf: PRESETS,
        doc: `${type.title}: ${type.description}`,
        stock,
      };
    }),
  );
  return [...plain, ...made, ...presets];
}

/** The wares that fit what was typed, best first on each shelf, and the shelf with the best first. Presets are only shown to whoever looks for something. */
export function search(wares: readonly Ware[], typed: string, most = 12): Ware[] {
  if (typed.trim() === "") return wares.filter(({ shelf }) => shelf !== PRESETS);
  const scored = wares
    .map((ware) => {
      const title = fits(ware.title, typed);
      const type = fits(ware.stock.type.title, typed) >= 2 ? 2 : 0;
      const doc = ware.doc.toLowerCase().includes(typed.trim().toLowerCase()) ? 1.5 : 0;
      return { ware, score: Math.max(title > 1 ? title : 0, ware.shelf === PRESETS ? type : Math.max(type, doc)) };
    })
    .filter(({ score }) => score > 0);
  const best = (shelf: string) =>
    Math.max(0, ...scored.filter(({ ware }) => ware.shelf === shelf).map(({ score }) => score));
  return [...ORDER]
    .sort((a, b) => best(b) - best(a))
    .flatMap((shelf) =>
      scored
        .filter(({ ware }) => ware.shelf === shelf)
        .sort((a, b) => b.score - a.score)
        .slice(0, most)
        .map(({ ware }) => ware),
    );
}
