// What the palettes of the canvas find: agents to add, groups and targets to link, cells to go to.

import { fits } from "../../frame/find";
import { colourOf, iconOf } from "../canvas/look";
import {
  type Cells,
  cellOf,
  endOf,
  groupOf,
  isAgent,
  isLink,
  keysOf,
  nameOf,
  type Point,
  typeOf,
} from "../model/cells";
import { ALL, canConnect, linkedGroups, portsOf, type Types } from "../model/ports";
import type { EditorStore } from "../store";
import type { Commands } from "./commands";
import { Finder, type Option } from "./finder";
import { focusLinkBar } from "./place";
import { search, type Ware } from "./stock";

/** What a palette is open for. */
export type Asked =
  | { for: "add"; from?: { key: string; group: string | undefined }; on?: string; point?: Point; at?: Point }
  | { for: "group"; key: string; at?: Point }
  | { for: "target"; key: string; group: string | undefined; at?: Point }
  | { for: "find" };

interface Props {
  asked: Asked;
  ask: (asked: Asked | undefined) => void;
  store: EditorStore;
  types: Types;
  wares: readonly Ware[];
  commands: Commands;
  /** Shows a node: selects it, brings it into view, and gives it the focus. */
  goTo: (key: string) => void;
}

const NEW = "+";

export function Finders({ asked, ask, store, types, wares, commands, goTo }: Props) {
  const close = () => ask(undefined);
  const { cells } = store.get();
  if (asked.for === "add") {
    const allowed = asked.from || asked.on ? wares.filter(({ stock }) => stock.type.kind !== "trigger") : wares;
    const put = (id: string) => {
      const ware = allowed.find((each) => each.id === id);
      close();
      if (!ware) return;
      const { from, on, point } = asked;
      const key = from
        ? commands.putFrom(ware.stock, from.key, from.group, point)
        : on && point
          ? commands.putOn(ware.stock, on, point)
          : commands.put(ware.stock, point);
      if (key) goTo(key);
    };
    return (
      <Finder
        key="add"
        label="Add an agent"
        placeholder={asked.from?.group ? `What takes ${asked.from.group}?` : "Add an agent…"}
        find={(typed) => search(allowed, typed).map(optionOf)}
        choose={put}
        close={close}
        at={asked.at}
      />
    );
  }
  if (asked.for === "group") {
    const cell = cellOf(cells, asked.key);
    const groups = cell ? [...portsOf(cell, types, linkedGroups(cells, asked.key)), ALL] : [];
    const links = linksFrom(cells, asked.key);
    return (
      <Finder
        key="group"
        label="Link which events?"
        placeholder="Link which events?"
        find={(typed) =>
          [
            ...groups.map((group) => ({ id: group, label: group === ALL ? "All events" : group, shelf: "New link" })),
            ...links,
          ].filter(({ label }) => fits(label, typed) > 0)
        }
        choose={(id) => {
          const there = links.find((link) => link.id === id);
          if (!there) return ask({ ...asked, for: "target", group: id === ALL ? undefined : id });
          close();
          store.select([there.link]);
          focusLinkBar();
        }}
        close={close}
        at={asked.at}
      />
    );
  }
  if (asked.for === "target") {
    const { key, group } = asked;
    return (
      <Finder
        key="target"
        label="Link to which agent?"
        placeholder={`${group ?? "All events"} to which agent?`}
        find={(typed) => [
          ...agentsOf(cells, types, typed).filter(({ id }) => canConnect(cells, types, key, id, group)),
          ...(fits("A new agent", typed) > 0 ? [{ id: NEW, label: "A new agent…", icon: "plus" as const }] : []),
        ]}
        choose={(target) => {
          if (target === NEW) return ask({ for: "add", from: { key, group }, at: asked.at });
          close();
          commands.link(key, target, group);
          goTo(key);
        }}
        close={close}
        at={asked.at}
      />
    );
  }
  return (
    <Finder
      key="find"
      label="Find a cell"
      placeholder="Find a cell by its name, type or id…"
      find={(typed) => agentsOf(cells, types, typed)}
      choose={(key) => {
        close();
        goTo(key);
      }}
      close={close}
    />
  );
}

function optionOf({ id, title, shelf, stock }: Ware): Option {
  const { type, kind, title: of } = stock.type;
  const hint = title === of ? undefined : of;
  return { id, label: title, shelf, hint, icon: iconOf(type, kind), colour: colourOf(type, kind) };
}

/** The links that leave an agent, to be gone to. */
function linksFrom(cells: Cells, key: string) {
  const keys = keysOf(cells);
  return cells.flatMap((cell, at) => {
    if (!isLink(cell) || endOf(cell, "source") !== key) return [];
    const target = cellOf(cells, endOf(cell, "target"));
    const link = keys[at] ?? "";
    const label = `${groupOf(cell) ?? "All events"} → ${target ? nameOf(target) : "nowhere"}`;
    return [{ id: `link ${link}`, link, label, shelf: "Links that there are" }];
  });
}

/** The cells that have a name, a type or an id like what was typed, best first. */
function agentsOf(cells: Cells, types: Types, typed: string): Option[] {
  const keys = keysOf(cells);
  return cells
    .flatMap((cell, at) => {
      const key = keys[at] ?? "";
      if (isLink(cell)) return [];
      const type = types.get(typeOf(cell));
      const title = type?.title ?? String(cell.type ?? "");
      const name = nameOf(cell);
      const score = Math.max(fits(name, typed), fits(title, typed) >= 2 ? 2 : 0, key === typed ? 4 : 0);
      const look = { icon: iconOf(typeOf(cell), type?.kind), colour: colourOf(typeOf(cell), type?.kind) };
      return score > 0
        ? [{ score, option: { id: key, label: name, hint: isAgent(cell) ? title : "note", ...look } }]
        : [];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, 100)
    .map(({ option }) => option);
}
