// The tools at the foot of the canvas: fit, undo and redo, arrange, notes, find, and what is wrong.
import { memo } from "react";
import { IconButton } from "../../ui/button";
import { type Item, Menu } from "../../ui/menu";
import type { EditorState } from "../state";
import type { EditorStore } from "../store";
import { useEditor } from "../use-editor";
import type { Commands } from "./commands";
import type { Asked } from "./finders";
import { Problems } from "./problems";

interface Props {
  store: EditorStore;
  commands: Commands;
  /** How many nodes are selected. */
  many: number;
  ask: (asked: Asked) => void;
  goTo: (key: string) => void;
  showSheet: () => void;
  fit: () => void;
  folded: boolean;
  fold: () => void;
}

const historyOf = (state: EditorState) => state.history;

export const Tools = memo(function Tools({ store, commands, many, ask, goTo, showSheet, fit, folded, fold }: Props) {
  const history = useEditor(store, historyOf);
  return (
    <div className="canvas-tools">
      <div className="graph-tools" role="toolbar" aria-label="Canvas">
        <IconButton icon="maximize" label="Show all (F)" onClick={fit} />
        <IconButton icon="search" label="Find a cell (Ctrl+F)" onClick={() => ask({ for: "find" })} />
        {store.editable && (
          <>
            <IconButton icon="undo" label="Undo (Ctrl+Z)" disabled={history.past.length === 0} onClick={store.undo} />
            <IconButton icon="redo" label="Redo (Ctrl+Y)" disabled={history.future.length === 0} onClick={store.redo} />
            <IconButton icon="plus" label="Add an agent (/)" onClick={() => ask({ for: "add" })} />
            <IconButton icon="note" label="Add a note (N)" onClick={() => void commands.note()} />
            <Menu trigger={<IconButton icon="layout" label="Arrange" />} items={arrangements(commands, many)} />
            <IconButton
              icon="panel"
              className="for-stencil"
              label="Stencil (S)"
              aria-expanded={!folded}
              onClick={fold}
            />
          </>
        )}
        <IconButton icon="keyboard" label="Shortcuts (?)" onClick={showSheet} />
      </div>
      {many > 1 && <span className="muted small canvas-many">{many} selected</span>}
      <Problems store={store} goTo={goTo} />
    </div>
  );
});

function arrangements(commands: Commands, many: number): Item[] {
  const side = (label: string, act: () => void, least = 2): Item => ({ label, act, disabled: many < least });
  return [
    {
      label: many > 1 ? "Lay the selection out" : "Lay all out (Shift+O)",
      icon: "workflow",
      act: () => void commands.layout(),
    },
    side("Align left", () => commands.align("left")),
    side("Align centres", () => commands.align("centre")),
    side("Align right", () => commands.align("right")),
    side("Align top", () => commands.align("top")),
    side("Align middles", () => commands.align("middle")),
    side("Align bottom", () => commands.align("bottom")),
    side("Spread across", () => commands.spread("x"), 3),
    side("Spread down", () => commands.spread("y"), 3),
  ];
}
