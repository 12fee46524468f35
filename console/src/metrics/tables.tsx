// The numbers of the charts, as tables: by agent, and over time.
import { Link } from "wouter";
import { type Column, List } from "../ui/list";
import { dollarsOf } from "../ui/money";
import { count, duration, Time } from "../ui/time";
import { timeOf } from "./charts";
import { type Place, toAgent, toEvents, toFailures, toRuns } from "./doors";
import { type AgentSums, type Bar, percent, type Sums, tookBelow, type VersionSums, wilson } from "./measure";

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
      width: "minmax(120px, 1fr)",
      cell: (row) => (
        <Link className="door" href={toAgent(place, row.cell)} title={row.cell}>
          {names.get(row.cell) ?? row.cell}
        </Link>
      ),
    },
    {
      title: "Handled",
      width: "64px",
      number: true,
      cell: (row) => <Counted value={row.received} to={toEvents(place, row.cell, row.received)} />,
    },
    {
      title: "Emitted",
      width: "64px",
      number: true,
      cell: (row) => <Counted value={row.emitted} to={toEvents(place, row.cell, row.received)} />,
    },
    ...(rows.some((row) => row.checks > 0)
      ? [
          {
            title: "Checks",
            width: "56px",
            number: true,
            wide: true,
            cell: (row: AgentSums) => <Counted value={row.checks} to={toAgent(place, row.cell)} />,
          },
        ]
      : []),
    {
      title: "Failures",
      width: "60px",
      number: true,
      cell: (row) => <Counted value={row.errors} to={toFailures({ ...place, agent: row.cell })} bad />,
    },
    { title: "Failure rate", width: "76px", number: true, wide: true, cell: (row) => <Failed row={row} /> },
    ...(rows.some((row) => row.took > 0)
      ? [
          {
            title: "p50",
            width: "72px",
            number: true,
            wide: true,
            cell: (row: AgentSums) => <Below row={row} part={0.5} />,
          },
          {
            title: "p95",
            width: "72px",
            number: true,
            wide: true,
            cell: (row: AgentSums) => <Below row={row} part={0.95} />,
          },
        ]
      : []),
    ...(rows.some((row) => row.dollars > 0)
      ? [
          {
            title: "Cost, est.",
            width: "76px",
            number: true,
            wide: true,
            cell: (row: AgentSums) => (row.dollars > 0 ? dollarsOf(row.dollars) : <span className="muted">—</span>),
          },
        ]
      : []),
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

/** The share of failures among what was handled. How sure it is is told on hover: where there are few to go by, that is not very. */
function Failed({ row }: { row: Sums }) {
  const share = wilson(row.errors, Math.max(row.received + row.checks, row.errors));
  if (!share || row.errors === 0) return <span className="muted">—</span>;
  return (
    <span title={`Between ${percent(share.low)} and ${percent(share.high)} in the long run, at 95 %`}>
      {percent(share.share)}
    </span>
  );
}

/** The time that a part of the deliveries did not exceed. It is known by steps: the end of the one in which that part ends. */
function Below({ row, part }: { row: Sums; part: number }) {
  const below = tookBelow(row.tookUpTo, part);
  if (below === undefined) return <span className="muted">—</span>;
  return <span title={`${percent(part)} of the deliveries took ${duration(below)} or less`}>≤ {duration(below)}</span>;
}

export function VersionTable({ place, rows }: { place: Place; rows: VersionSums[] }) {
  const of = ({ version }: VersionSums): Place => ({ ...place, version: version ?? undefined });
  return (
    <List
      label="By version"
      rows={rows}
      id={(row) => String(row.version)}
      columns={[
        {
          title: "Version",
          width: "minmax(120px, 1fr)",
          cell: (row) =>
            row.version === null ? (
              <span className="muted">before versions were counted</span>
            ) : (
              <Link className="door" href={toRuns({ ...place, version: row.version })}>
                v{row.version}
              </Link>
            ),
        },
        {
          title: "Handled",
          width: "84px",
          number: true,
          cell: (row) => <Counted value={row.received} to={toRuns(of(row))} />,
        },
        {
          title: "Emitted",
          width: "84px",
          number: true,
          cell: (row) => <Counted value={row.emitted} to={toRuns(of(row))} />,
        },
        {
          title: "Failures",
          width: "72px",
          number: true,
          cell: (row) => <Counted value={row.errors} to={toFailures(of(row))} bad />,
        },
        { title: "Failure rate", width: "104px", number: true, wide: true, cell: (row) => <Failed row={row} /> },
        { title: "p50", width: "80px", number: true, wide: true, cell: (row) => <Below row={row} part={0.5} /> },
        {
          title: "p95",
          width: "80px",
          number: true,
          wide: true,
          cell: (row) => <Below row={row} part={0.95} />,
        },
      ]}
    />
  );
}

/** Why it failed, by code: each leads to those failures. */
export function Codes({ place, codes }: { place: Place; codes: Record<string, number> }) {
  const rows = Object.entries(codes).sort(([, a], [, b]) => b - a);
  return (
    <List
      label="Failures by code"
      rows={rows}
      id={([code]) => code}
      columns={[
        { title: "Code", width: "minmax(120px, 1fr)", cell: ([code]) => <code>{code}</code> },
        {
          title: "Failures",
          width: "84px",
          number: true,
          cell: ([code, number]) => <Counted value={number} to={toFailures({ ...place, code })} bad />,
        },
      ]}
    />
  );
}

export function TimeTable({ place, bars }: { place: Place; bars: Bar[] }) {
  const at = (row: Bar): Place => ({ ...place, agent: undefined, bar: row.at });
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
          cell: (row) => <time dateTime={new Date(row.at).toISOString()}>{timeOf(row.at, place.window.bar)}</time>,
        },
        {
          title: "Handled",
          width: "84px",
          number: true,
          cell: (row) => <Counted value={row.received} to={toRuns(at(row))} />,
        },
        {
          title: "Emitted",
          width: "84px",
          number: true,
          cell: (row) => <Counted value={row.emitted} to={toRuns(at(row))} />,
        },
        ...(rows.some((row) => row.checks > 0)
          ? [{ title: "Checks", width: "72px", number: true, cell: (row: Bar) => <Counted value={row.checks} /> }]
          : []),
        {
          title: "Failures",
          width: "72px",
          number: true,
          cell: (row) => <Counted value={row.errors} to={toFailures({ ...at(row), agent: place.agent })} bad />,
        },
      ]}
    />
  );
}
