// The tasks that the project sent over the connections of its entry points: replies, and what programs sent.
import type { Schemas } from "../api/types";
import { inLine } from "../runs/in-line";
import { IconButton } from "../ui/button";
import { Id } from "../ui/copy";
import { Empty } from "../ui/empty";
import { List, Pages } from "../ui/list";
import { Payload } from "../ui/payload";
import { Problem } from "../ui/problem";
import { Facts } from "../ui/section";
import { State } from "../ui/state";
import { count, Time } from "../ui/time";
import { href, useParam } from "../url";
import { useConnections, useProjectNames, useTasks } from "./data";
import type { Connection } from "./stages";

type Task = Schemas["Task"];

export function Tasks({ project }: { project: string }) {
  const [cursor] = useParam("cursor");
  const [chosen, choose] = useParam("task");
  const tasks = useTasks(project, cursor);
  const rows = tasks.data?.data ?? [];
  const shown = rows.find((row) => row.id === chosen);
  const connections = useConnections(project, "agent");
  const nameOf = useProjectNames();
  const over = new Map(connections.data?.map((connection) => [connection.connection_token, connection]));
  return (
    <div className="column connections-list">
      {tasks.error && <Problem error={tasks.error} retry={() => tasks.refetch()} />}
      {tasks.data && rows.length === 0 && (
        <Empty title="No task was sent in the last 30 days.">
          <p>
            What the project replies to those who use its entry points is listed here. Tasks that its stages send are in
            their runs.
          </p>
        </Empty>
      )}
      {tasks.data && chosen !== undefined && !shown && (
        <p className="muted" role="status">
          The task of this address is not among these.
        </p>
      )}
      {rows.length > 0 && (
        <div className="tasks">
          <List
            label="Tasks"
            rows={rows}
            id={(row) => row.id}
            to={(row) => href(`/projects/${project}/connections`, { tab: "tasks", task: row.id, cursor })}
            selected={chosen}
            columns={[
              { title: "State", width: "96px", cell: (row) => <State state={row.state} /> },
              {
                title: "To",
                width: "minmax(100px, 1fr)",
                cell: (row) => (
                  <Other connection={over.get(row.connection_token)} token={row.connection_token} nameOf={nameOf} />
                ),
              },
              {
                title: "Type",
                width: "minmax(64px, 120px)",
                wide: true,
                cell: (row) => <span title={row.type}>{row.type}</span>,
              },
              {
                title: "Payload",
                width: "minmax(120px, 2fr)",
                wide: true,
                cell: (row) =>
                  row.state === "delivered" || !row.problem ? (
                    <span className="mono muted">{inLine(row.payload)}</span>
                  ) : (
                    row.problem
                  ),
              },
              ...(rows.some((row) => row.failed_attempts > 0)
                ? [
                    {
                      title: "Sent in vain",
                      width: "84px",
                      number: true,
                      wide: true,
                      cell: (row: Task) => count(row.failed_attempts),
                    },
                  ]
                : []),
              { title: "Made", width: "88px", cell: (row) => <Time at={row.created_at} /> },
            ]}
          />
          {shown && (
            <TaskFacts
              task={shown}
              connection={over.get(shown.connection_token)}
              nameOf={nameOf}
              close={() => choose(undefined)}
            />
          )}
        </div>
      )}
      <Pages next={tasks.data?.meta.next_cursor} />
    </div>
  );
}

/** Who is at the other end of a connection, and at which entry point. */
function Other({
  connection,
  token,
  nameOf,
}: {
  connection?: Connection;
  token: string;
  nameOf: (id: string) => string;
}) {
  if (!connection) return <Id id={token} />;
  const name = nameOf(connection.client_project_id);
  return (
    <span title={connection.title ? `${name}, at ${connection.title}` : name}>
      {name} {connection.title && <span className="muted">at {connection.title}</span>}
    </span>
  );
}

interface TaskProps {
  task: Task;
  connection: Connection | undefined;
  nameOf: (id: string) => string;
  close: () => void;
}

function TaskFacts({ task, connection, nameOf, close }: TaskProps) {
  return (
    <aside className="entry task" aria-label="Task">
      <header className="row">
        <State state={task.state} />
        <h2 className="grow cut" title={task.type}>
          {task.type}
          {connection && ` to ${nameOf(connection.client_project_id)}`}
        </h2>
        <IconButton icon="x" label="Close" onClick={close} />
      </header>
      {task.problem && <p className="task-problem">{task.problem}</p>}
      <Facts
        facts={[
          ["Entry point", connection?.title ?? "—"],
          ["Connection", <Id key="connection" id={task.connection_token} />],
          ["Answers", task.reply_to ? <Id key="reply" id={task.reply_to} /> : "—"],
          ["Task", <Id key="id" id={task.id} />],
        ]}
      />
      <Payload value={task.payload} />
    </aside>
  );
}
