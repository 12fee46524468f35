// A run as a tree: each row an agent at work, with what came of it below. By keys: arrows move, fold and open.
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useState } from "react";
import { Icon } from "../../ui/icon";
import { toneOf } from "../../ui/state";
import { count, duration, Time } from "../../ui/time";
import { Virtual } from "../../ui/virtual";
import { type Filter, type Folds, fold, moved, type Row, rowsOf } from "../model/rows";
import { above, type Step, type Tree } from "../model/steps";
import { triesOf } from "../model/tries";

interface Props {
  tree: Tree;
  names: Map<string, string>;
  filter: Filter;
  selected?: Step;
  select: (key: string) => void;
}

const HEIGHT = 32;
const idOf = (row: Row) => row.step.key;
const domId = (key: string) => `step-${key}`;

export function StepTree({ tree, names, filter, selected, select }: Props) {
  const [folds, setFolds] = useState<Folds>(new Map());
  const rows = useMemo(() => rowsOf(tree, folds, filter), [tree, folds, filter]);
  // What is chosen elsewhere, on the graph or by the address, is to be seen here.
  useEffect(() => {
    if (!selected) return;
    const keys = above(selected).map((step) => step.key);
    setFolds((now) => (keys.every((key) => now.get(key)) ? now : fold(now, keys, true)));
  }, [selected]);
  const press = (event: KeyboardEvent) => {
    const { go, fold: set } = moved(rows, selected?.key, event.key);
    if (!go && !set) return;
    event.preventDefault();
    event.stopPropagation();
    if (go) select(go);
    if (set) setFolds((now) => fold(now, [set[0]], set[1]));
  };
  const click = (event: MouseEvent) => {
    const { step, open } = clicked(event);
    if (step && open !== undefined) setFolds((now) => fold(now, [step], !open));
    else if (step) select(step);
  };
  return (
    <div
      className="steps"
      role="tree"
      aria-label="Steps"
      tabIndex={0}
      onKeyDown={press}
      onClick={click}
      aria-activedescendant={selected && rows.some((row) => row.step === selected) ? domId(selected.key) : undefined}
    >
      <Virtual
        rows={rows}
        size={HEIGHT}
        id={idOf}
        shown={selected?.key}
        row={(row) => (
          <StepRow row={row} name={names.get(row.step.cell) ?? row.step.cell} isSelected={row.step === selected} />
        )}
      />
    </div>
  );
}

/** The step that was clicked, and whether it is open, if it is its fold that was. */
export function clicked(event: MouseEvent): { step?: string; open?: boolean } {
  const target = event.target as HTMLElement;
  const open = target.closest<HTMLElement>("[data-fold]")?.dataset.fold;
  return {
    step: target.closest<HTMLElement>("[data-step]")?.dataset.step,
    open: open === undefined ? undefined : open === "true",
  };
}

interface RowProps {
  row: Row;
  name: string;
  isSelected: boolean;
}

function StepRow({ row, name, isSelected }: RowProps) {
  const { step, depth, open, hidden } = row;
  return (
    <div
      id={domId(step.key)}
      data-step={step.key}
      className={`step-row ${isSelected ? "selected" : ""}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={open}
      aria-selected={isSelected}
      style={{ paddingLeft: 8 + Math.min(depth, 20) * 14 }}
    >
      <span className="step-fold" aria-hidden="true" data-fold={open}>
        {open !== undefined && <Icon name={open ? "chevronDown" : "chevronRight"} size={12} />}
      </span>
      <span className={`dot ${toneOf(step.state)}`} title={step.state.replaceAll("_", " ")} />
      <span className="cut step-name">{name}</span>
      <StepSays step={step} />
      {hidden > 0 && <span className="muted small">{count(hidden)} below</span>}
      <span className="step-took muted">
        <StepTook step={step} />
      </span>
    </div>
  );
}

/** What is to be said of a step besides its name: its groups, or its state where that is not plainly good. */
function StepSays({ step }: { step: Step }) {
  const groups = [...new Set(step.emitted.flatMap((event) => event.groups))];
  const again = step.delivery && step.delivery.arm > 0 ? `replay ${step.delivery.arm}` : undefined;
  const attempt = triesOf(step) ?? 1;
  const tries = attempt > 1 ? `attempt ${attempt}` : undefined;
  const state = step.state === "done" ? undefined : step.state.replaceAll("_", " ");
  const code = step.state === "failed" ? step.delivery?.error?.code.replaceAll("_", " ") : undefined;
  const words = [again, tries, code ? `${state}: ${code}` : state];
  return (
    <span className={`cut small step-says ${step.state === "failed" ? "failed" : "muted"}`}>
      {[...words, step.state === "failed" ? undefined : groups.join(", ")].filter(Boolean).join(" · ")}
    </span>
  );
}

function StepTook({ step }: { step: Step }) {
  if (step.delivery?.waits_until && step.began === undefined) return <Time at={step.delivery.waits_until} />;
  if (step.delivery?.took_ms == null) return null;
  return step.delivery.took_ms === 0 ? "<1 ms" : duration(step.delivery.took_ms);
}
