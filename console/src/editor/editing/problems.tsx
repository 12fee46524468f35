// What the builder says of the canvas: how many problems there are, and a list that leads to each.
import { useState } from "react";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Words } from "../../ui/words";
import { cellOf, endOf, isLink, nameOf } from "../model/cells";
import type { Problem } from "../server";
import type { EditorState } from "../state";
import type { EditorStore } from "../store";
import { useEditor } from "../use-editor";

const errorsOf = (state: EditorState) => state.errors;
const warningsOf = (state: EditorState) => state.warnings;

export function Problems({ store, goTo }: { store: EditorStore; goTo: (key: string) => void }) {
  const errors = useEditor(store, errorsOf);
  const warnings = useEditor(store, warningsOf);
  const [open, setOpen] = useState(false);
  const count = errors.length + warnings.length;
  if (count === 0) return null;
  const words = [
    errors.length > 0 ? `${errors.length} ${errors.length === 1 ? "problem" : "problems"}` : "",
    warnings.length > 0 ? `${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}` : "",
  ];
  return (
    <div className="problems">
      <Button
        icon="alert"
        className={errors.length > 0 ? "has-errors" : ""}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {words.filter(Boolean).join(" · ")}
      </Button>
      {open && (
        <ul className="problems-list">
          {errors.map((problem) => (
            <ProblemRow
              key={`${problem.cell_id} ${problem.field} ${problem.message}`}
              problem={problem}
              store={store}
              goTo={goTo}
              kind="error"
            />
          ))}
          {warnings.map((problem) => (
            <ProblemRow
              key={`w ${problem.cell_id} ${problem.field} ${problem.message}`}
              problem={problem}
              store={store}
              goTo={goTo}
              kind="warning"
            />
          ))}
        </ul>
      )}
    </div>
  );
}

export function ProblemRow(props: {
  problem: Problem;
  store: EditorStore;
  goTo: (key: string) => void;
  kind: "error" | "warning";
}) {
  const { problem, store, goTo, kind } = props;
  const { cells } = store.get();
  const cell = cellOf(cells, problem.cell_id);
  const name =
    cell && isLink(cell)
      ? `Link from ${nameOf(cellOf(cells, endOf(cell, "source")) ?? cell)}`
      : cell
        ? nameOf(cell)
        : problem.cell_id;
  return (
    <li>
      <button
        type="button"
        className="problems-row"
        onClick={() => (cell && isLink(cell) ? store.select([problem.cell_id]) : goTo(problem.cell_id))}
      >
        <span className={kind}>
          <Icon name="alert" size={14} />
        </span>
        <span className="grow">
          <b>{name}</b> <span className="mono">{problem.field}</span>
          <br />
          <Words text={problem.message} />
        </span>
      </button>
    </li>
  );
}
