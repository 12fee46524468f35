// The runs of a project, or of one of its workflows: newest first.
import { Link } from "wouter";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { Clock } from "../ui/clock";
import { Id } from "../ui/copy";
import { Chips, type Column, List, Pages } from "../ui/list";
import { News } from "../ui/news";
import { Problem } from "../ui/problem";
import { Reading } from "../ui/reading";
import { State } from "../ui/state";
import { count, duration, Time } from "../ui/time";
import { href, useFilter, useParam } from "../url";
import { NoRuns } from "./empty";
import { AgentChoice, Choice, WindowChips, WorkflowChoice } from "./filters";
import { inLine } from "./in-line";
import { useNames } from "./names";
import { listRuns, PAGE, type RunRow } from "./reads";
import { useSpan } from "./span";
import { useHeld } from "./use-held";
import "./runs.css";

const STATES: [string | undefined, string][] = [
  [undefined, "All"],
  ["in_flight", "In flight"],
  ["waiting", "Waiting"],
  ["failed", "Failed"],
  ["done", "Done"],
];

export default function Runs({ project, params }: PageProps) {
  const [chosen] = useFilter("workflow");
  const workflow = params.workflow ?? chosen;
  const place = { project, workflow };
  const [state] = useFilter("state");
  const [version] = useFilter("version");
  const [agent] = useFilter("agent");
  const span = useSpan();
  const [cursor] = useParam("cursor");
  const filter = { state, version, agent: workflow ? agent : undefined };
  const runs = useHeld<RunRow>({
    key: ["runs", project, workflow, filter, span.key, cursor],
    read: (limit) => listRuns(place, { ...filter, ...span.asked(), payloads: "short", cursor, limit }),
    id: (row) => row.id,
    isLive: !cursor,
    isCostly: !workflow || !!state,
  });
  const names = useNames(project, [workflow ?? "", ...runs.rows.map((row) => row.workflow_id)]);
  const own = names.get(workflow ?? "");
  const base = `/projects/${project}/workflows`;
  const isFiltered = [state, version, filter.agent, span.key].some(Boolean);
  const versions = [...new Set([own?.built, ...runs.rows.map((row) => row.version)])].filter((v) => v !== undefined);
  return (
    <>
      <TopBar
        title={
          <>
            {params.workflow && (
              <Link className="door cut" href={`${base}/${params.workflow}`}>
                {own?.name ?? params.workflow}
              </Link>
            )}
            {params.workflow && <span className="muted">›</span>}
            <h1>Runs</h1>
          </>
        }
      />
      <main className="page">
        <div className="filters">
          <Chips name="state" label="State" choices={STATES} />
          <WindowChips />
          {!params.workflow && <WorkflowChoice project={project} />}
          {own && <AgentChoice label="Started by" agents={own.agents} all="Started by any agent" />}
          {own && (
            <Choice
              name="version"
              label="Version"
              all="Any version"
              choices={versions.sort((a, b) => b - a).map((v) => [String(v), `v${v}`])}
            />
          )}
          <News fresh={runs.fresh} isMany={runs.isMany} gone={runs.gone.size} show={runs.show} />
        </div>
        {runs.error && <Problem error={runs.error} retry={runs.again} />}
        {!runs.isKnown && !runs.error && <Reading />}
        {runs.isKnown && runs.rows.length === 0 && (
          <NoRuns
            agent={filter.agent}
            project={project}
            workflow={workflow}
            isFiltered={isFiltered || !!cursor}
            goesOn={!!runs.next}
          />
        )}
        {runs.rows.length > 0 && (
          <List
            label="Runs"
            rows={runs.rows}
            id={(row) => row.id}
            to={(row) => `${base}/${row.workflow_id}/runs/${row.id}`}
            look={(row) => (runs.gone.has(row.id) ? "gone" : "")}
            columns={columnsOf({ base, names, isOfProject: !workflow })}
          />
        )}
        {isFiltered && runs.next && runs.rows.length > 0 && runs.rows.length < PAGE && (
          <p className="muted runs-looked">
            {count(runs.rows.length)} of the {count(runs.lookedAt)} runs that were looked at. “Older” looks further.
          </p>
        )}
        <Pages next={runs.next} />
      </main>
    </>
  );
}

interface Shown {
  base: string;
  names: ReturnType<typeof useNames>;
  isOfProject: boolean;
}

function columnsOf({ base, names, isOfProject }: Shown): Column<RunRow>[] {
  const runsOf = (row: RunRow) => `${base}/${row.workflow_id}/runs`;
  const begunBy = (row: RunRow) => names.get(row.workflow_id)?.agents.get(row.cell_id) ?? row.cell_id;
  const columns: (Column<RunRow> | false)[] = [
    {
      title: "State",
      width: "84px",
      cell: (row) =>
        row.state ? (
          <State state={row.state} />
        ) : (
          <span className="muted" title="It is too large to be judged in a list">
            large
          </span>
        ),
    },
    {
      title: "Started by",
      width: "minmax(104px, 5fr)",
      cell: (row) => (
        <>
          <Link href={`${runsOf(row)}/${row.id}`} title={begunBy(row)}>
            {begunBy(row)}
          </Link>
          <span className="muted mono run-payload">{payloadOf(row)}</span>
        </>
      ),
    },
    isOfProject && {
      title: "Workflow",
      width: "minmax(88px, 1.5fr)",
      wide: true,
      cell: (row) => (
        <Link className="muted" href={runsOf(row)} title={row.workflow_name}>
          {row.workflow_name}
        </Link>
      ),
    },
    {
      title: "Began",
      width: "minmax(84px, 148px)",
      cell: (row) => (
        <>
          <Time at={row.created_at} /> <Clock at={row.created_at} />
        </>
      ),
    },
    { title: "Took", width: "84px", number: true, wide: true, cell: (row) => <Took row={row} /> },
    {
      title: "Events",
      width: "48px",
      number: true,
      cell: (row) => (
        <Link href={href(`${runsOf(row)}/${row.id}`, { view: "agents" })} title="By agent">
          {count(row.event_count)}
        </Link>
      ),
    },
    {
      title: "Failed",
      width: "56px",
      number: true,
      wide: true,
      cell: (row) =>
        row.failure_count ? (
          <Link className="failed-count" href={href(`${runsOf(row)}/${row.id}`, { only: "failed" })}>
            {count(row.failure_count)}
          </Link>
        ) : (
          <span className="muted">{row.failure_count === 0 ? "0" : "—"}</span>
        ),
    },
    {
      title: "Version",
      width: "60px",
      number: true,
      wide: true,
      cell: (row) => (
        <Link href={href(runsOf(row), { version: row.version })} title={`Runs of version ${row.version}`}>
          v{row.version}
        </Link>
      ),
    },
    { title: "Run", width: "100px", wide: "very", cell: (row) => <Id id={row.id} /> },
  ];
  return columns.filter((column) => column !== false);
}

/** What a run began with, in one line. */
function payloadOf(row: RunRow): string {
  if (row.payload_omitted) return "more than 10,000 bytes";
  return "payload" in row ? inLine(row.payload) : "";
}

/** From the first event of a run to the last one, as far as there is one. */
function Took({ row }: { row: RunRow }) {
  if (!row.last_event_at || row.state === "in_flight") return <span className="muted">—</span>;
  return duration(Date.parse(row.last_event_at) - Date.parse(row.created_at));
}
