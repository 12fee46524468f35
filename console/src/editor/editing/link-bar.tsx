// What can be done with the selected link: choose the group, insert an agent, delete.
import { useInternalNode, useStore } from "@xyflow/react";
import { Button, IconButton } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { remove, setGroup } from "../model/actions";
import { type Cell, cellOf, endOf, groupOf, isControl } from "../model/cells";
import { linkedGroups, portsOf, type Types } from "../model/ports";
import type { EditorStore } from "../store";
import { focusNode } from "./place";

interface Props {
  store: EditorStore;
  types: Types;
  id: string;
  cell: Cell;
  insert: (at: { x: number; y: number }) => void;
}

export function LinkBar({ store, types, id, cell, insert }: Props) {
  const source = endOf(cell, "source") ?? "";
  const from = useInternalNode(source);
  const to = useInternalNode(endOf(cell, "target") ?? "");
  const [x, y, zoom] = useStore((state) => state.transform);
  if (!from || !to) return null;
  const start = from.internals.positionAbsolute;
  const end = to.internals.positionAbsolute;
  const midst = { x: (start.x + (from.measured.width ?? 0) + end.x) / 2, y: (start.y + end.y) / 2 + 24 };
  const { cells } = store.get();
  const agent = cellOf(cells, source);
  const groups = agent ? portsOf(agent, types, linkedGroups(cells, source)) : [];
  const choose = (group: string | undefined) => store.apply((now) => setGroup(now, id, group));
  return (
    <div
      className="link-bar"
      role="toolbar"
      aria-label="Actions of the link"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        store.select([source]);
        focusNode(source);
      }}
      style={{ left: midst.x * zoom + x, top: midst.y * zoom + y }}
    >
      <Menu
        trigger={<Button kind="quiet">{groupOf(cell) ?? "All events"} ▾</Button>}
        items={[
          ...groups.map((group) => ({ label: group, act: () => choose(group) })),
          { label: "All events", act: () => choose(undefined) },
        ]}
      />
      {!isControl(cell) && <IconButton icon="plus" label="Insert an agent here" onClick={() => insert(midst)} />}
      <IconButton
        icon="trash"
        label="Delete the link"
        onClick={() => {
          store.apply((now) => remove(now, [id]));
          store.select([source]);
          focusNode(source);
        }}
      />
    </div>
  );
}
