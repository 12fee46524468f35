// What became of a scenario of another program: its agents, its links and its secrets.
import { Link } from "wouter";
import { href } from "../url";
import { credentials, inShort, type Report, toTell } from "./told";

interface Props {
  project: string;
  workflow: string;
  report: Report;
}

const STATUS = { mapped: "does the same", different: "differs", unsupported: "has no type here" };

export function ReportView({ project, workflow, report }: Props) {
  const { created, reused, missing } = credentials(report);
  const left = [...report.links.left_out, ...report.control_links.left_out];
  const settings = (name: string) => (
    <Link key={name} className="door mono" href={href(`/projects/${project}/settings/credentials`, { set: name })}>
      {name}
    </Link>
  );
  return (
    <>
      <p>{inShort(report)}</p>
      <ul className="workflow-note-steps">
        {created.length > 0 && (
          <li>Secrets of the file are credentials now, and stand nowhere else: {created.map(settings)}</li>
        )}
        {reused.length > 0 && <li>Credentials that the project had already: {reused.map(settings)}</li>}
        {missing.length > 0 && <li>Credentials to be set before the workflow is started: {missing.map(settings)}</li>}
        {toTell(report).map((agent) => (
          <li key={agent.index}>
            <Link className="door" href={href(`/projects/${project}/workflows/${workflow}`, { cell: agent.cell_id })}>
              {agent.name ?? agent.cell_id}
            </Link>{" "}
            ({agent.huginn_type}) {STATUS[agent.status]}
            {agent.nearest && (
              <>
                ; <code>{agent.nearest}</code> may serve
              </>
            )}
            .
            {agent.notes.length > 0 && (
              <ul className="workflow-note-steps">
                {agent.notes.map((note) => (
                  <li key={`${note.field} ${note.message}`}>
                    <code>{note.field}</code>: {note.message}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
        {left.map(({ index, reason }) => (
          <li key={`${index} ${reason}`}>
            The link {index} was left out: {reason}
          </li>
        ))}
      </ul>
    </>
  );
}
