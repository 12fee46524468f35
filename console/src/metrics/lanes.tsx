// The lanes of each split, side by side: how many events each got, its share with an interval, and what it should have by the weights of the
// versions that they came through.
import { Link } from "wouter";
import type { Schemas } from "../api/types";
import { Section } from "../ui/section";
import { count } from "../ui/time";
import { useVersionCells } from "./data";
import { type Place, toAgent, toEvents } from "./doors";
import { type Metric, percent } from "./measure";
import { type Lane, spans, versionsIn } from "./shares";
import "./lanes.css";

/** So many versions are read at most, the newest: what came through older ones is held against the weights of today. */
const VERSIONS = 20;

interface Props {
  place: Place;
  agents: Schemas["Agent"][];
  metrics: Metric[];
}

export function Splits({ place, agents, metrics }: Props) {
  const splits = agents.filter(
    ({ agent_type, cell_id }) => agent_type === "split" && (!place.agent || place.agent === cell_id),
  );
  const own = (cell: string) => metrics.filter((metric) => metric.cell_id === cell);
  const cells = useVersionCells(place, versionsIn(splits.flatMap(({ cell_id }) => own(cell_id))).slice(0, VERSIONS));
  if (!cells) return null;
  const shown = splits.flatMap((agent) => spans(agent, own(agent.cell_id), cells).map((span) => ({ agent, ...span })));
  if (shown.length === 0) return null;
  return (
    <Section title="Splits">
      {shown.map(({ agent, lanes, versions, isOnly }) => (
        <figure key={`${agent.cell_id} ${versions}`} className="split">
          <figcaption className="row">
            <Link className="door" href={toAgent(place, agent.cell_id)}>
              {agent.name}
            </Link>
            {!isOnly && <span className="muted small">{versions}</span>}
          </figcaption>
          <Lanes
            name={isOnly ? agent.name : `${agent.name}, ${versions}`}
            lanes={lanes}
            place={place}
            cell={agent.cell_id}
          />
        </figure>
      ))}
    </Section>
  );
}

function Lanes({ name, lanes, place, cell }: { name: string; lanes: Lane[]; place: Place; cell: string }) {
  return (
    <div className="lanes" role="table" aria-label={`Lanes of ${name}`}>
      <div className="lane lane-head muted small" role="row">
        <span role="columnheader">Lane</span>
        <span role="columnheader" className="lane-key">
          <span>
            <i className="key-interval" /> where its share lies at 95 %
          </span>
          <span>
            <i className="key-wanted" /> the share that its weight sets
          </span>
        </span>
        <span role="columnheader" className="number">
          Events
        </span>
        <span role="columnheader" className="number">
          Share
        </span>
        <span role="columnheader">Interval, 95 %</span>
        <span role="columnheader" className="number">
          By weight
        </span>
      </div>
      {lanes.map((lane) => (
        <LaneRow key={lane.group} lane={lane} to={toEvents(place, cell, lane.count)} />
      ))}
    </div>
  );
}

const at = (share: number) => `${(share * 100).toFixed(2)}%`;

function LaneRow({ lane: { group, wanted, count: events, had }, to }: { lane: Lane; to: string }) {
  // What lies outside the interval is more than chance would do, in one of twenty cases at most.
  const off = had !== undefined && (wanted < had.low || wanted > had.high);
  return (
    <div className="lane" role="row">
      <span role="cell" className="cut" title={group}>
        {group}
      </span>
      <span role="cell" className="lane-bar" aria-hidden="true">
        {had && <span className="lane-share" style={{ width: at(had.share) }} />}
        {had && <span className="lane-interval" style={{ left: at(had.low), width: at(had.high - had.low) }} />}
        <span className="lane-wanted" style={{ left: at(wanted) }} />
      </span>
      <span role="cell" className="number">
        {events > 0 ? (
          <Link className="door" href={to}>
            {count(events)}
          </Link>
        ) : (
          "0"
        )}
      </span>
      <span role="cell" className="number">
        {had ? percent(had.share) : "—"}
      </span>
      <span role="cell" className={off ? "lane-off" : "muted"}>
        {had ? `${percent(had.low)} – ${percent(had.high)}` : "—"}
        {off && <span className="sr-only">, which is not the share by weight</span>}
      </span>
      <span role="cell" className={off ? "number lane-off" : "number muted"}>
        {percent(wanted)}
      </span>
    </div>
  );
}
