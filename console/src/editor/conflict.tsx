// A conflict: somebody else saved meanwhile. Both sides are shown cell by cell; nothing is saved before somebody chose, and undo brings mine back.
import { useState } from "react";
import { Button } from "../ui/button";
import { FieldsList } from "./changes-list";
import { type Cells, readOptions } from "./model/cells";
import { type Choice, fields, isLookField, type Meeting, titleOf } from "./model/diff";
import type { Loaded } from "./server";
import type { EditorState } from "./state";
import type { EditorStore } from "./store";
import { useEditor } from "./use-editor";

const cellsOf = (state: EditorState) => state.cells;

export function Conflict({ store, theirs }: { store: EditorStore; theirs: Loaded }) {
  const cells = useEditor(store, cellsOf);
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(() => new Map());
  // What has to be chosen stands first.
  const meetings = [...store.meetings()].sort((a, b) => Number(b.by === "both") - Number(a.by === "both"));
  const usual = (meeting: Meeting): Choice => (meeting.by === "theirs" ? "theirs" : "mine");
  const choiceOf = (meeting: Meeting) => choices.get(meeting.key) ?? usual(meeting);
  const all = (choice: Choice) => setChoices(new Map(meetings.map(({ key }) => [key, choice])));
  const both = meetings.filter(({ by }) => by === "both").length;
  return (
    <aside className="side conflict" aria-label="Changed elsewhere">
      <header className="side-head">
        <h2>Changed elsewhere</h2>
      </header>
      <p>
        Somebody saved v{theirs.head.version} while you worked. Nothing of yours is saved yet.{" "}
        {both === 0
          ? "You changed different cells."
          : `${both} ${both === 1 ? "cell was" : "cells were"} changed by both.`}
      </p>
      <div className="row">
        <Button onClick={() => all("mine")}>All mine</Button>
        <Button onClick={() => all("theirs")}>All theirs</Button>
      </div>
      <ul className="changes grow">
        {meetings.map((meeting) => (
          <Met
            key={meeting.key}
            meeting={meeting}
            cells={cells}
            theirs={readOptions(theirs.text).cells}
            choice={choiceOf(meeting)}
            choose={(choice) => setChoices(new Map([...choices, [meeting.key, choice]]))}
          />
        ))}
      </ul>
      <Button kind="main" icon="check" onClick={() => store.settle(choiceOf)}>
        Save this
      </Button>
    </aside>
  );
}

interface MetProps {
  meeting: Meeting;
  cells: Cells;
  theirs: Cells;
  choice: Choice;
  choose: (choice: Choice) => void;
}

function Met({ meeting, cells, theirs, choice, choose }: MetProps) {
  const { key, base, mine, by } = meeting;
  const cell = mine ?? meeting.theirs ?? base;
  const title = titleOf({ key, kind: "changed", after: cell, fields: [] }, mine ? cells : theirs);
  return (
    <li className={`change ${by === "both" ? "is-by-both" : ""}`}>
      <fieldset className="met">
        <legend className="cut" title={title}>
          {title}
        </legend>
        {(["mine", "theirs"] as const).map((side) => {
          const own = meeting[side];
          return (
            <div key={side}>
              <label className="row">
                <input type="radio" name={`side-${key}`} checked={choice === side} onChange={() => choose(side)} />
                <span>{side === "mine" ? "Mine" : "Theirs"}</span>
                <span className="muted small grow cut">{wordsOf(meeting, side)}</span>
              </label>
              {base && own && <FieldsList fields={fields(base, own)} />}
            </div>
          );
        })}
      </fieldset>
    </li>
  );
}

function wordsOf({ base, mine, theirs, by }: Meeting, side: Choice): string {
  const cell = side === "mine" ? mine : theirs;
  if (!cell) return base ? "deleted" : "not there";
  if (!base) return "new";
  if (by !== "both" && by !== side) return "as before";
  return fields(base, cell).every(isLookField) ? "moved" : "changed";
}
