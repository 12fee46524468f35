// The tasks that the project sent over the connections of its entry points: replies, and what programs sent.
import type { Schemas } from "../api/types";
import { Id } from "../ui/copy";
import { Empty } from "../ui/empty";
import { List, Pages } from "../ui/list";
import { Payload } from "../ui/payload";
import { Problem } from "../ui/problem";
import { Facts, Section } from "../ui/section";
import { State } from "../ui/state";
import { count, Time } from "../ui/time";
import { href, useParam } from "../url";
import { useTasks } from "./data";

export function Tasks({ project }: { project: string }) {
  const [cursor] = useParam("cursor");
  const [chosen] = useParam("task");
  const tasks = useTasks(project, cursor);
  const rows = tasks.data?.data ?? [];
  const shown = rows.find((row) => row.id === chosen);
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
      {shown && <TaskFacts task={shown} />}
      {tasks.data && chosen !== undefined && !shown && (
        <p className="muted" role="status">
          The task of this address is not among these.
        </p>
      )}
      {rows.length > 0 && (
        <List
          label="Tasks"
          rows={rows}
          id={(row) => row.id}
          to={(row) => href(`/projects/${project}/connections`, { tab: "tasks", task: row.id, cursor })}
          selected={chosen}
          columns={[
            { title: "State", width: "96px", cell: (row) => <State state={row.state} /> },
            { title: "Type", width: "minmax(100px, 1fr)", cell: (row) => row.type },
            { title: "Connection", width: "130px", cell: (row) => <Id id={row.connection_token} /> },
            {
              title: "Problem",
              width: "minmax(120px, 2fr)",
              wide: true,
              cell: (row) => row.problem ?? <span className="muted">—</span>,
            },
            {
              title: "Sent in vain",
              width: "84px",
              number: true,
              wide: true,
              cell: (row) => count(row.failed_attempts),
            },
            { title: "Made", width: "88px", cell: (row) => <Time at={row.created_at} /> },
          ]}
        />
      )}
      <Pages next={tasks.data?.meta.next_cursor} />
    </div>
  );
}

function TaskFacts({ task }: { task: Schemas["Task"] }) {
  return (
    <Section title={`Task ${task.type}`}>
      <Facts
        facts={[
          ["Id", <Id key="id" id={task.id} />],
          ["Answers", task.reply_to ? <Id key="reply" id={task.reply_to} /> : "—"],
          ["Problem", task.problem ?? "—"],
        ]}
      />
      <Payload value={task.payload} />
    </Section>
  );
}
