// What waits in a project: requests to external agents and questions to persons with their deadlines, and runs that wait for a time or a reply.
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { WorkflowChoice } from "../runs/filters";
import { useNames } from "../runs/names";
import { listRequests, listRuns, type RequestRow, type RunRow } from "../runs/reads";
import { useHeld } from "../runs/use-held";
import { Chips, type Column, List, Pages } from "../ui/list";
import { News } from "../ui/news";
import { Problem } from "../ui/problem";
import { Reading } from "../ui/reading";
import { State } from "../ui/state";
import { count, Time, useNow } from "../ui/time";
import { href, useFilter, useParam } from "../url";
import { isNear, isOpen } from "./deadline";
import { RequestPanel } from "./request";
import "./waiting.css";

const STATES: [string | undefined, string][] = [
  [undefined, "Waiting"],
  ["answered", "Answered"],
  ["expired", "Expired"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
];

/** More requests than this hide that runs stand below them. */
const MANY = 12;

export default function Waiting({ project }: PageProps) {
  const [workflow] = useFilter("workflow");
  const [state] = useFilter("state");
  const [cursor] = useParam("cursor");
  const [request] = useParam("request");
  const [of] = useParam("of");
  const place = { project, workflow };
  const requests = useHeld<RequestRow>({
    key: ["requests", project, workflow, state, cursor],
    read: (limit) => listRequests(place, { state: state ?? "open", cursor, limit }),
    id: (row) => row.id,
    isLive: !cursor,
    isCostly: !workflow,
  });
  const names = useNames(project, [of ?? "", ...requests.rows.map((row) => row.workflow_id)]);
  const [, go] = useLocation();
  const close = () => go(href(`/projects/${project}/waiting`, { state, workflow, cursor }), { replace: true });
  return (
    <>
      <TopBar title={<h1>Waiting</h1>} />
      <div className="waiting-page">
        <main className="page">
          <div className="filters">
            <Chips name="state" label="State" choices={STATES} />
            <WorkflowChoice project={project} />
            <News fresh={requests.fresh} isMany={requests.isMany} gone={requests.gone.size} show={requests.show} />
          </div>
          <h2 className="waiting-title">
            Requests to external agents, and questions to persons
            {!state && requests.rows.length > MANY && (
              <Link className="door" href={href(`/projects/${project}/runs`, { state: "waiting", workflow })}>
                runs that wait
              </Link>
            )}
          </h2>
          {requests.error && <Problem error={requests.error} retry={requests.again} />}
          {!requests.isKnown && !requests.error && <Reading />}
          {requests.isKnown && requests.rows.length === 0 && (
            <p className="muted">
              {requests.next
                ? "None among those that were looked at. “Older” looks further."
                : state
                  ? "There are none in this state."
                  : "No external agent and no person is being waited for."}
            </p>
          )}
          {requests.rows.length > 0 && (
            <List
              label="Requests and questions"
              rows={requests.rows}
              id={(row) => row.id}
              selected={request}
              look={(row) => (requests.gone.has(row.id) ? "gone" : "")}
              to={(row) =>
                href(`/projects/${project}/waiting`, {
                  state,
                  workflow,
                  cursor,
                  request: row.id,
                  of: row.workflow_id,
                })
              }
              columns={columnsOf((row) => names.get(row.workflow_id)?.agents.get(row.cell_id) ?? row.cell_id, {
                isOfAll: workflow === undefined,
                isOver: state !== undefined,
              })}
            />
          )}
          <Pages next={requests.next} />
          {!state && <WaitingRuns project={project} workflow={workflow} />}
        </main>
        {request && (of ?? workflow) && (
          <RequestPanel
            key={request}
            place={{ project, workflow: of ?? workflow ?? "" }}
            request={request}
            names={names.get(of ?? workflow ?? "")}
            close={close}
          />
        )}
      </div>
    </>
  );
}

interface Shown {
  isOfAll: boolean;
  /** Requests that are over have an end, and no deadline that matters. */
  isOver: boolean;
}

function columnsOf(name: (row: RequestRow) => string, { isOfAll, isOver }: Shown): Column<RequestRow>[] {
  return [
    { title: "State", width: "104px", cell: (row) => <RequestState state={row.state} /> },
    { title: "Agent", width: "minmax(110px, 2fr)", cell: (row) => <span title={name(row)}>{name(row)}</span> },
    ...(isOfAll
      ? [
          {
            title: "Workflow",
            width: "minmax(96px, 1fr)",
            wide: true,
            cell: (row: RequestRow) => (
              <span className="muted" title={row.workflow_name}>
                {row.workflow_name}
              </span>
            ),
          },
        ]
      : []),
    {
      title: "Asks",
      width: "minmax(110px, 2fr)",
      wide: true,
      cell: (row) => (
        <span className="muted" title={row.question ?? row.endpoint ?? undefined}>
          {row.question ?? row.endpoint}
        </span>
      ),
    },
    { title: "Asked", width: "96px", wide: true, cell: (row) => <Time at={row.created_at} /> },
    { title: isOver ? "Ended" : "Deadline", width: "112px", cell: (row) => <Deadline row={row} /> },
    { title: "Calls", width: "48px", number: true, wide: true, cell: (row) => count(row.attempts) },
  ];
}

/** Of the states of the wire, those that are open are one here: it waits. Whether the call was taken is told by its panel. */
export function RequestState({ state }: { state: string }) {
  return <State state={isOpen(state) ? "waiting" : state} />;
}

export function Deadline({ row }: { row: Pick<RequestRow, "state" | "created_at" | "deadline" | "ended_at"> }) {
  const now = useNow();
  if (!isOpen(row.state)) return <span className="muted">{row.ended_at ? <Time at={row.ended_at} /> : "—"}</span>;
  const near = isNear(row.created_at, row.deadline, now);
  return (
    <span className={near ? "near" : ""}>
      <Time at={row.deadline} />
      {near && <span className="sr-only"> (soon)</span>}
    </span>
  );
}

/** Runs that wait: for a time, a next attempt, or a reply. */
function WaitingRuns({ project, workflow }: { project: string; workflow?: string }) {
  const place = { project, workflow };
  const runs = useQuery({
    queryKey: ["waiting-runs", project, workflow],
    queryFn: () => listRuns(place, { state: "waiting", limit: 50 }),
    refetchInterval: 30_000,
  });
  const rows = runs.data?.data ?? [];
  const names = useNames(
    project,
    rows.map((row) => row.workflow_id),
  );
  if (runs.error) return <Problem error={runs.error} retry={() => runs.refetch()} />;
  if (!runs.data) {
    return (
      <>
        <h2 className="waiting-title">Runs that wait</h2>
        <Reading />
      </>
    );
  }
  if (rows.length === 0 && !runs.data.meta.next_cursor) {
    return (
      <>
        <h2 className="waiting-title">Runs that wait</h2>
        <p className="muted">No run waits for a time, a next attempt or a reply.</p>
      </>
    );
  }
  const base = `/projects/${project}/workflows`;
  const columns: Column<RunRow>[] = [
    { title: "State", width: "104px", cell: (row) => <State state={row.state ?? "waiting"} /> },
    {
      title: "Begun by",
      width: "minmax(110px, 2fr)",
      cell: (row) => names.get(row.workflow_id)?.agents.get(row.cell_id) ?? row.cell_id,
    },
    {
      title: "Workflow",
      width: "minmax(110px, 2fr)",
      wide: true,
      cell: (row) => <span className="muted">{row.workflow_name}</span>,
    },
    { title: "Began", width: "112px", cell: (row) => <Time at={row.created_at} /> },
    { title: "Events", width: "48px", number: true, wide: true, cell: (row) => count(row.event_count) },
  ];
  return (
    <>
      <h2 className="waiting-title">
        Runs that wait{" "}
        <Link className="door" href={href(`/projects/${project}/runs`, { state: "waiting", workflow })}>
          all of them
        </Link>
      </h2>
      <List
        label="Runs that wait"
        rows={rows}
        id={(row) => row.id}
        to={(row) => href(`${base}/${row.workflow_id}/runs/${row.id}`, { only: "waiting" })}
        columns={columns}
      />
    </>
  );
}
