// The numbers of the charts, as tables: by agent, and over time.
import { Link } from "wouter";
import { type Column, List } from "../ui/list";
import { count, Time } from "../ui/time";
import { timeOf } from "./charts";
import { type Place, toAgent, toFailures, toRuns } from "./doors";
import { type AgentSums, type Bar, percent, type Window, wilson } from "./measure";

interface AgentProps {
  place: Place;
  rows: AgentSums[];
  names: Map<string, string>;
}

export function AgentTable({ place, rows, names }: AgentProps) {
  if (rows.length === 0) return <p className="muted">Nothing was counted in this time.</p>;
  const columns: Column<AgentSums>[] = [
    {
      title: "Agent",
      width: "minmax(140px, 1fr)",
      cell: (row) => (
        <Link className="door" href={toAgent(place, row.cell)} title={row.cell}>
          {names.get(row.cell) ?? row.cell}
        </Link>
      ),
    },
    {
      title: "Handled",
      width: "84px",
      number: true,
      cell: (row) => <Counted value={row.received} to={toRuns({ ...place, agent: row.cell })} />,
    },
    {
      title: "Emitted",
      width: "84px",
      number: true,
      cell: (row) => <Counted value={row.emitted} to={toRuns({ ...place, agent: row.cell })} />,
    },
    { title: "Checks", width: "72px", number: true, wide: true, cell: (row) => <Counted value={row.checks} /> },
    {
      title: "Failures",
      width: "72px",
      number: true,
      cell: (row) => <Counted value={row.errors} to={toFailures({ ...place, agent: row.cell })} bad />,
    },
    { title: "Failed of handled", width: "140px", number: true, wide: true, cell: (row) => <Failed row={row} /> },
    { title: "Last active", width: "96px", cell: (row) => <Time at={row.last} /> },
  ];
  return <List label="By agent" rows={rows} id={(row) => row.cell} columns={columns} />;
}

function Counted({ value, to, bad }: { value: number; to?: string; bad?: boolean }) {
  if (value === 0) return <span className="muted">0</span>;
  if (!to) return <>{count(value)}</>;
  return (
    <Link className={`door ${bad ? "bad" : ""}`} href={to}>
      {count(value)}
    </Link>
  );
}

/** The share of failures, with its interval where there are few to go by. */
function Failed({ row }: { row: AgentSums }) {
  const share = wilson(row.errors, Math.max(row.received + row.checks, row.errors));
  if (!share || row.errors === 0) return <span className="muted">—</span>;
  return (
    <span title={`Between ${percent(share.low)} and ${percent(share.high)}, at 95 %`}>
      {percent(share.share)}{" "}
      <span className="muted small">
        {percent(share.low)} – {percent(share.high)}
      </span>
    </span>
  );
}

export function TimeTable({ bars, window }: { bars: Bar[]; window: Window }) {
  const rows = bars.filter((bar) => bar.received + bar.emitted + bar.errors + bar.checks > 0).reverse();
  if (rows.length === 0) return <p className="muted">Nothing was counted in this time.</p>;
  return (
    <List
      label="By time"
      rows={rows}
      id={(row) => String(row.at)}
      columns={[
        {
          title: "From",
          width: "minmax(120px, 1fr)",
          cell: (row) => <time dateTime={new Date(row.at).toISOString()}>{timeOf(row.at, window.bar)}</time>,
        },
        { title: "Handled", width: "84px", number: true, cell: (row) => <Counted value={row.received} /> },
        { title: "Emitted", width: "84px", number: true, cell: (row) => <Counted value={row.emitted} /> },
        { title: "Checks", width: "72px", number: true, cell: (row) => <Counted value={row.checks} /> },
        { title: "Failures", width: "72px", number: true, cell: (row) => <Counted value={row.errors} bad /> },
      ]}
    />
  );
}
