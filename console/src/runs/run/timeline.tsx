// A run as a timeline: when each agent worked, one below the other. Times in which nobody worked are drawn short, with their length.
import { type KeyboardEvent, type MouseEvent, useMemo } from "react";
import { toneOf } from "../../ui/state";
import { duration } from "../../ui/time";
import { Virtual } from "../../ui/virtual";
import { type Filter, moved, type Row } from "../model/rows";
import type { Step, Tree } from "../model/steps";
import { type Axis, axisOfBars, type Bar, barsOf, type Gap } from "../model/timeline";
import { clicked } from "./tree";

interface Props {
  tree: Tree;
  names: Map<string, string>;
  filter: Filter;
  selected?: Step;
  select: (key: string) => void;
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;
const idOf = (bar: Bar) => bar.step.key;

export function Timeline({ tree, names, filter, selected, select }: Props) {
  const all = useMemo(() => barsOf(tree.steps.values()), [tree]);
  const axis = useMemo(() => axisOfBars(all), [all]);
  const bars = all.filter(
    ({ step }) => (!filter.agent || step.cell === filter.agent) && (!filter.state || step.state === filter.state),
  );
  const press = (event: KeyboardEvent) => {
    const rows = bars.map((bar): Row => ({ step: bar.step, depth: 0, hidden: 0 }));
    const { go } = moved(rows, selected?.key, event.key);
    if (!go) return;
    event.preventDefault();
    event.stopPropagation();
    select(go);
  };
  const click = (event: MouseEvent) => {
    const { step } = clicked(event);
    if (step) select(step);
  };
  return (
    <div
      className="steps timeline"
      role="listbox"
      aria-label="Steps by time"
      tabIndex={0}
      onKeyDown={press}
      onClick={click}
    >
      <Pauses axis={axis} />
      <Scale axis={axis} />
      <Virtual
        rows={bars}
        size={28}
        id={idOf}
        shown={selected?.key}
        row={(bar) => (
          <div
            className={`bar-row ${bar.step === selected ? "selected" : ""}`}
            role="option"
            aria-selected={bar.step === selected}
            data-step={bar.step.key}
          >
            <span className="cut bar-title">{names.get(bar.step.cell) ?? bar.step.cell}</span>
            <Lane axis={axis} bar={bar} />
          </div>
        )}
      />
    </div>
  );
}

/** The pauses, behind all bars. */
function Pauses({ axis }: { axis: Axis }) {
  return (
    <div className="bar-row pauses" aria-hidden="true">
      <span className="bar-title" />
      <span className="bar-lane">
        {axis.gaps.map((gap) => (
          <span key={gap.at} className="gap" style={{ left: percent(gap.at), width: percent(gap.width) }} />
        ))}
      </span>
    </div>
  );
}

/** A length of time by its largest unit alone. */
const inShort = (ms: number) => duration(ms).split(" ").slice(0, 2).join(" ");

/** Whether a pause is so near the one before that their labels may meet. */
const isClose = (before: Gap | undefined, gap: Gap) => before !== undefined && gap.at - before.at < 0.2;

/** The axis: where work began, and how long the pauses were. */
function Scale({ axis }: { axis: Axis }) {
  return (
    <div className="bar-row scale" aria-hidden="true">
      <span className="bar-title muted small">{duration(axis.to - axis.from)} in all</span>
      <span className="bar-lane">
        {axis.gaps.map((gap, at) => (
          <span
            key={gap.at}
            className={`gap small muted ${isClose(axis.gaps[at - 1], gap) ? "is-close" : ""}`}
            style={{ left: percent(gap.at), width: percent(gap.width) }}
            title={`Nothing happened for ${duration(gap.ms)}.`}
          >
            <span>{inShort(gap.ms)}</span>
          </span>
        ))}
      </span>
    </div>
  );
}

function Lane({ axis, bar }: { axis: Axis; bar: Bar }) {
  const { step } = bar;
  const from = Number.isFinite(bar.from) ? axis.place(bar.from) : 1;
  const came = bar.came === undefined ? from : Math.min(from, axis.place(bar.came));
  const to = step.began === undefined ? 1 : axis.place(bar.to);
  const says = step.began === undefined ? step.state : `${step.state}, ${duration(bar.to - bar.from)}`;
  return (
    <span className="bar-lane" title={says}>
      {came < from && <span className="bar-wait" style={{ left: percent(came), width: percent(from - came) }} />}
      <span
        className={`bar ${step.began === undefined ? "open" : ""} ${toneOf(step.state)}`}
        style={{ left: percent(from), width: percent(Math.max(0, to - from)) }}
      />
      <span className="sr-only">{says}</span>
    </span>
  );
}
