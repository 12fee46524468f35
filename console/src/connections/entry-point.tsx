// An entry point: what it takes, what it gives, for whom.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { CopyLine, Id } from "../ui/copy";
import { Payload } from "../ui/payload";
import { Time } from "../ui/time";
import { href } from "../url";
import type { Placed } from "../workflows/all-agents";
import { type EntryPoint, fieldsOf } from "./stages";

const ACCESS: Record<EntryPoint["access"], string> = {
  open: "open to every project",
  approval: "each connection is accepted by the provider",
  allow_list: "open to listed projects",
};

export function EntryPointFacts({ point }: { point: EntryPoint }) {
  return (
    <>
      <p className="row entry-facts muted">
        <span>v{point.version}</span>
        <span>{ACCESS[point.access]}</span>
        <Id id={point.client_stage_id} />
      </p>
      {point.deprecated.map((version) => (
        <p key={version.version} className="entry-deprecated">
          Version {version.version} is still taken; it ends <Time at={version.until} />.
        </p>
      ))}
    </>
  );
}

interface StandingProps {
  project: string;
  /** The cell that publishes it, as far as it is known. */
  cell: Placed | undefined;
  children?: ReactNode;
}

/** The workflow and the agent that an entry point is, which leads there. */
export function Standing({ project, cell, children }: StandingProps) {
  if (!cell) return null;
  return (
    <p className="muted">
      On{" "}
      <Link
        className="door"
        href={href(`/projects/${project}/workflows/${cell.workflow.id}`, { cell: cell.agent.cell_id })}
      >
        {cell.workflow.name} › {cell.agent.name}
      </Link>
      {children}
    </p>
  );
}

export function Schemas({ point }: { point: EntryPoint }) {
  return (
    <div className="entry-schemas">
      <SchemaFields title="A task has" schema={point.input_schema} none="Anything is taken." />
      <SchemaFields title="A reply has" schema={point.output_schema} none="Nothing is promised." />
      {point.tasks_url && (
        <div className="entry-wide">
          <h3>From another deployment</h3>
          <CopyLine text={point.tasks_url} />
        </div>
      )}
    </div>
  );
}

function SchemaFields({ title, schema, none }: { title: string; schema: unknown; none: string }) {
  const fields = fieldsOf(schema);
  return (
    <div>
      <h3>{title}</h3>
      {schema == null && <p className="muted">{none}</p>}
      {fields && (
        <dl className="entry-fields">
          {fields.map((field) => (
            <div key={field.name}>
              <dt>
                <code>{field.name}</code>
                {field.required && <span title="must be there"> *</span>}
              </dt>
              <dd>
                <code className="muted">{field.type}</code> {field.description}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {schema != null && (
        <details>
          <summary className="muted small">The JSON Schema</summary>
          <Payload value={schema} />
        </details>
      )}
    </div>
  );
}
