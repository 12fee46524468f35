// A persistent agent: a choice of the project's agents.
import { Link } from "wouter";
import { useForm } from "../context";
import { usePersistentAgents } from "../data";
import type { ControlProps } from "../field";

export function AgentControl({ id, label, value, change, invalid, describedBy }: ControlProps) {
  const { project, disabled } = useForm();
  const agents = usePersistentAgents().data?.data ?? [];
  const name = typeof value === "string" ? value : "";
  const known = agents.some((agent) => agent.name === name);
  return (
    <span className="row">
      <select
        id={id}
        aria-label={label}
        className="field form-wide"
        value={name}
        disabled={disabled}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(event) => change(event.target.value)}
      >
        <option value="">Choose an agent</option>
        {name !== "" && !known && <option value={name}>{name} (there is none yet)</option>}
        {agents.map((agent) => (
          <option key={agent.name} value={agent.name}>
            {agent.description ? `${agent.name}: ${agent.description.slice(0, 60)}` : agent.name}
          </option>
        ))}
      </select>
      <Link
        className="door small form-link"
        href={known ? `/projects/${project}/agents/${name}` : `/projects/${project}/agents`}
      >
        {known ? "Open" : "New"}
      </Link>
    </span>
  );
}
