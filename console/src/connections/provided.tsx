// What the project publishes: its entry points, and who uses each.
import { useState } from "react";
import { Link } from "wouter";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Id } from "../ui/copy";
import { Empty } from "../ui/empty";
import { type Column, List } from "../ui/list";
import { Problem } from "../ui/problem";
import { State } from "../ui/state";
import { Time } from "../ui/time";
import { type Placed, useAllAgents } from "../workflows/all-agents";
import { ConnectionButtons } from "./buttons";
import { useCatalogue, useConnectionAction, useConnections, useProjectNames } from "./data";
import { EntryPointFacts, Schemas, Standing } from "./entry-point";
import { byEntryPoint, type Connection, cellOf, type EntryPoint, quotaOf } from "./stages";

type Act = ReturnType<typeof useConnectionAction>;

export function Provided({ project }: { project: string }) {
  const catalogue = useCatalogue("");
  const connections = useConnections(project, "agent");
  const agents = useAllAgents(project);
  const act = useConnectionAction(project);
  const error = catalogue.error ?? connections.error ?? act.error;
  const points = catalogue.data?.filter((point) => point.project_id === project) ?? [];
  const groups = byEntryPoint(connections.data ?? []);
  // Entry points that were taken away, or whose workflow is stopped, still have their connections.
  const others = [...groups].filter(([stage]) => !points.some((point) => point.client_stage_id === stage));
  const cells = agents.data?.placed ?? [];
  return (
    <div className="column connections-list">
      {error && <Problem error={error} />}
      {catalogue.data && connections.data && points.length + others.length === 0 && (
        <Empty title="The project publishes nothing yet.">
          <p>
            An agent of the type “Entry point”, on a workflow that is started, takes tasks of other projects; a “Reply”
            answers them.
          </p>
          <Link className="door" href={`/projects/${project}/workflows`}>
            Put one on a workflow
          </Link>
        </Empty>
      )}
      {points.map((point) => (
        <Published
          key={point.client_stage_id}
          project={project}
          point={point}
          cell={cellOf(point, cells)}
          connections={groups.get(point.client_stage_id) ?? []}
          act={act}
        />
      ))}
      {others.map(([stage, rows]) => (
        <section key={stage} className="entry">
          <header className="row">
            <h2 className="grow cut">{rows[0]?.title ?? stage}</h2>
            <span className="muted">not published now</span>
          </header>
          <Users rows={rows} act={act} />
        </section>
      ))}
    </div>
  );
}

interface PublishedProps {
  project: string;
  point: EntryPoint;
  cell: Placed | undefined;
  connections: Connection[];
  act: Act;
}

function Published({ project, point, cell, connections, act }: PublishedProps) {
  const [open, setOpen] = useState(false);
  const quota = cell && quotaOf(cell.agent.config);
  return (
    <section className="entry" aria-label={point.title}>
      <header className="row">
        <h2 className="cut" title={point.title}>
          {point.title}
        </h2>
        <span className="grow cut muted" title={point.description}>
          {point.description}
        </span>
        <Button
          kind="quiet"
          icon={open ? "chevronDown" : "chevronRight"}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          Schemas
        </Button>
      </header>
      <EntryPointFacts point={point} />
      <Standing project={project} cell={cell}>
        {quota && <> · at most {quota} over each connection</>}
      </Standing>
      {open && <Schemas point={point} />}
      {connections.length > 0 ? <Users rows={connections} act={act} /> : <p className="muted">Nobody uses it yet.</p>}
    </section>
  );
}

function Users({ rows, act }: { rows: Connection[]; act: Act }) {
  const may = useMay("editor");
  const nameOf = useProjectNames();
  return (
    <List
      label="Who uses it"
      rows={rows}
      id={(row) => row.id}
      columns={[
        { title: "State", width: "84px", cell: (row) => <State state={row.state} /> },
        {
          title: "Client",
          width: "minmax(120px, 1fr)",
          cell: (row) => (
            <span title={`Project ${row.client_project_id}, stage ${row.client_stage_id}`}>
              {nameOf(row.client_project_id)}
              {row.client_deployment && <span className="muted"> at {row.client_deployment}</span>}
            </span>
          ),
        },
        ...oldVersion(rows),
        { title: "Connection", width: "130px", wide: true, cell: (row) => <Id id={row.connection_token} /> },
        { title: "Since", width: "88px", wide: true, cell: (row) => <Time at={row.created_at} /> },
        {
          title: "Actions",
          unseen: true,
          width: "176px",
          cell: (row) => may && <ConnectionButtons connection={row} who={nameOf(row.client_project_id)} act={act} />,
        },
      ]}
    />
  );
}

/** A column of the versions that connections began with and that are over soon: there only if one is. */
export function oldVersion(rows: Connection[]): Column<Connection>[] {
  if (!rows.some((row) => row.deprecated)) return [];
  return [{ title: "Old version", width: "130px", wide: true, cell: (row) => <Deprecated row={row} /> }];
}

function Deprecated({ row }: { row: Connection }) {
  if (!row.deprecated) return <span className="muted">—</span>;
  return (
    <span className="entry-deprecated" title={`What breaks then: ${row.deprecated.breaks.join("; ")}`}>
      v{row.deprecated.version} ends <Time at={row.deprecated.until} />
    </span>
  );
}
