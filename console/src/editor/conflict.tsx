// A conflict: somebody else saved meanwhile. Both sides are shown cell by cell; nothing is saved before somebody chose, and undo brings mine back.
import { useState } from "react";
import { Button } from "../ui/button";
import { shortly } from "./changes-list";
import { type Cells, readOptions } from "./model/cells";
import { type Choice, fields, fieldWords, type Meeting, titleOf, valueAt } from "./model/diff";
import type { Loaded } from "./server";
import { type EditorState, type EditorStore, useEditor } from "./store";

const cellsOf = (state: EditorState) => state.cells;

export function Conflict({ store, theirs }: { store: EditorStore; theirs: Loaded }) {
  const cells = useEditor(store, cellsOf);
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(() => new Map());
  const meetings = store.meetings();
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
  const changed = [...new Set([...fields(base, mine), ...fields(base, meeting.theirs)].map(({ field }) => field))];
  return (
    <li className={`change ${by === "both" ? "changed" : ""}`}>
      <fieldset className="met">
        <legend className="cut">{title}</legend>
        {(["mine", "theirs"] as const).map((side) => (
          <label key={side} className="row">
            <input type="radio" name={`side-${key}`} checked={choice === side} onChange={() => choose(side)} />
            <span>{side === "mine" ? "Mine" : "Theirs"}</span>
            <span className="muted small grow cut">{wordsOf(meeting, side)}</span>
          </label>
        ))}
        {base && mine && meeting.theirs && (
          <table className="met-fields">
            <thead>
              <tr>
                <th>Field</th>
                <th>Before</th>
                <th>Mine</th>
                <th>Theirs</th>
              </tr>
            </thead>
            <tbody>
              {changed.map((field) => (
                <tr key={field}>
                  <th>{fieldWords(field)}</th>
                  {[base, mine, meeting.theirs].map((side, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the three columns are always these.
                    <td key={at} className="mono">
                      {shortly(valueAt(side, field))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </fieldset>
    </li>
  );
}

function wordsOf({ base, mine, theirs, by }: Meeting, side: Choice): string {
  const cell = side === "mine" ? mine : theirs;
  if (!cell) return base ? "deleted" : "not there";
  if (!base) return "new";
  return by === "both" || by === side ? "changed" : "as before";
}
