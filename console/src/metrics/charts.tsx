// Small charts beside each other, each with its sum. The pointer shows the same time in all.
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { day, hourOf } from "../ui/clock";
import { dollarsOf } from "../ui/money";
import { count, duration } from "../ui/time";
import { shortTime } from "./axis";
import { Chart } from "./chart";
import { type Place, toEvents, toFailures, toRuns } from "./doors";
import type { Bar, Measure, Sums } from "./measure";

interface Shown {
  measure: Measure;
  title: string;
  colour: string;
  to: (place: Place, totals: Sums) => string;
  /** What is to be known of it. */
  help?: string;
}

/** Runs of the whole workflow; of one agent, what it handled. */
function toHandled(place: Place, totals: Sums): string {
  if (place.agent && place.bar === undefined) return toEvents(place, place.agent, totals.received);
  return toRuns({ ...place, agent: undefined });
}

const SHOWN: Shown[] = [
  { measure: "received", title: "Events handled", colour: "--action", to: toHandled },
  { measure: "errors", title: "Failures", colour: "--red", to: toFailures },
  { measure: "took", title: "Time spent", colour: "--external", to: toHandled },
  {
    measure: "dollars",
    title: "Cost on AWS, estimated",
    colour: "--filter",
    to: toHandled,
    help: "An estimate from the counts. Retries, waits, models, external agents and storage are not in it.",
  },
  { measure: "emitted", title: "Events emitted", colour: "--trigger", to: toHandled },
  { measure: "checks", title: "Scheduled checks", colour: "--external", to: toHandled },
];

/** What is shown only where it was counted: not everything is checked, and older servers count neither time nor cost. */
const SELDOM = new Set<Measure>(["checks", "took", "dollars"]);

/** A value of a measure, in words. */
function worded(measure: Measure, value: number): string {
  if (measure === "took") return duration(value);
  return measure === "dollars" ? dollarsOf(value) : count(value);
}

const atAxis = (measure: Measure) => (value: number) => {
  if (measure === "took") return shortTime(value);
  return measure === "dollars" ? dollarsOf(value) : brief(value);
};

interface Props {
  place: Place;
  bars: Bar[];
  totals: Sums;
}

export function Charts({ place, bars, totals }: Props) {
  const [hovered, hover] = useState<number>();
  const at = useMemo(() => bars.map((bar) => bar.at), [bars]);
  const time = hovered === undefined ? undefined : bars[hovered];
  const shown = SHOWN.filter(({ measure }) => !SELDOM.has(measure) || totals[measure] > 0);
  return (
    <div className="charts">
      {shown.map((each) => (
        <OneChart
          key={each.measure}
          {...each}
          place={place}
          bars={bars}
          at={at}
          totals={totals}
          index={hovered}
          hovered={time}
          hover={hover}
        />
      ))}
    </div>
  );
}

interface OneProps extends Shown {
  place: Place;
  bars: Bar[];
  at: number[];
  totals: Sums;
  index: number | undefined;
  hovered: Bar | undefined;
  hover: (index: number | undefined) => void;
}

function OneChart({ measure, title, help, colour, to, place, bars, at, totals, index, hovered, hover }: OneProps) {
  const [, go] = useLocation();
  const sum = totals[measure];
  const values = useMemo(() => bars.map((bar) => bar[measure]), [bars, measure]);
  const format = useMemo(() => atAxis(measure), [measure]);
  return (
    <figure className="chart">
      <figcaption className="row">
        <span className="grow cut muted" title={help ?? title}>
          {title}
        </span>
        {hovered ? (
          <span>
            <span className="muted small">{timeOf(hovered.at, place.window.bar)} </span>
            {worded(measure, hovered[measure])}
          </span>
        ) : sum > 0 ? (
          <Link className={`door chart-sum ${measure === "errors" ? "bad" : ""}`} href={to(place, totals)}>
            {worded(measure, sum)}
          </Link>
        ) : (
          <span className="chart-sum muted">0</span>
        )}
      </figcaption>
      <Chart
        at={at}
        bar={place.window.bar}
        values={values}
        colour={colour}
        whole={measure !== "dollars"}
        format={format}
        hovered={index}
        hover={hover}
        open={(bar) => go(to({ ...place, bar }, totals))}
      />
    </figure>
  );
}

/** A number at an axis: `1.2k`, `3M`. */
export function brief(value: number): string {
  return Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function timeOf(at: number, bar: number): string {
  const from = new Date(at);
  if (bar >= 24 * 3_600_000) return day(from);
  return `${day(from)}, ${hourOf(from)}`;
}
