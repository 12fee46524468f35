// What the project uses: entry points of others, with the stages that use them.
import { Link } from "wouter";
import { useMay } from "../session";
import { Id } from "../ui/copy";
import { Empty } from "../ui/empty";
import { List } from "../ui/list";
import { Problem } from "../ui/problem";
import { State } from "../ui/state";
import { Time } from "../ui/time";
import { href } from "../url";
import { type Placed, useAllAgents } from "../workflows/all-agents";
import { ConnectionButtons } from "./buttons";
import { useConnectionAction, useConnections, useProjectNames } from "./data";
import { oldVersion } from "./provided";
import { type Connection, usesOf } from "./stages";

export function Used({ project }: { project: string }) {
  const may = useMay("editor");
  const connections = useConnections(project, "client");
  const agents = useAllAgents(project);
  const act = useConnectionAction(project);
  const nameOf = useProjectNames();
  const here = `/projects/${project}/connections`;
  const rows = connections.data ?? [];
  const error = connections.error ?? act.error;
  const title = (row: Connection) => row.title ?? row.agent_stage_id;
  return (
    <div className="column connections-list">
      {error && <Problem error={error} />}
      {connections.data && rows.length === 0 && (
        <Empty title="The project uses no other's entry points.">
          <p>
            What the catalogue lists stands in the stencil of each canvas, too: there it sends tasks, and waits for the
            replies.
          </p>
          <Link className="door" href={href(here, { tab: "catalogue" })}>
            See the catalogue
          </Link>
        </Empty>
      )}
      {rows.length > 0 && (
        <List
          label="Used entry points"
          rows={rows}
          id={(row) => row.id}
          columns={[
            { title: "State", width: "84px", cell: (row) => <State state={row.state} /> },
            {
              title: "Entry point",
              width: "minmax(140px, 1fr)",
              cell: (row) => (
                <Link
                  className="door"
                  href={href(here, { tab: "catalogue", q: title(row), entry: row.agent_stage_id })}
                >
                  {title(row)}
                </Link>
              ),
            },
            {
              title: "Provider",
              width: "minmax(110px, 1fr)",
              cell: (row) => (
                <span title={row.agent_tasks_url ?? row.agent_project_id}>
                  {nameOf(row.agent_project_id)}
                  {row.agent_tasks_url && <span className="muted"> at {hostOf(row.agent_tasks_url)}</span>}
                </span>
              ),
            },
            {
              title: "Used by",
              width: "minmax(110px, 1.5fr)",
              cell: (row) => (
                <Uses
                  project={project}
                  uses={usesOf({ project: row.agent_project_id, stage: row.agent_stage_id }, agents.data?.placed ?? [])}
                />
              ),
            },
            ...oldVersion(rows),
            { title: "Connection", width: "130px", wide: true, cell: (row) => <Id id={row.connection_token} /> },
            { title: "Since", width: "88px", wide: true, cell: (row) => <Time at={row.created_at} /> },
            {
              title: "Actions",
              unseen: true,
              width: "84px",
              cell: (row) => may && <ConnectionButtons connection={row} who={nameOf(row.agent_project_id)} act={act} />,
            },
          ]}
        />
      )}
    </div>
  );
}

function Uses({ project, uses: [first, ...more] }: { project: string; uses: Placed[] }) {
  if (!first) return <span className="muted">—</span>;
  const { workflow, agent } = first;
  const title = `${workflow.name} › ${agent.name}`;
  return (
    <Link
      className="door"
      href={href(`/projects/${project}/workflows/${workflow.id}`, { cell: agent.cell_id })}
      title={title}
    >
      {title}
      {more.length > 0 && ` and ${more.length} more`}
    </Link>
  );
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
