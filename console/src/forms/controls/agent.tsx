// A persistent agent: a choice of the project's agents.
import { Link } from "wouter";
import { useForm } from "../context";
import { usePersistentAgents } from "../data";
import type { ControlProps } from "../field";
import { NameChoice } from "./name-choice";

export function AgentControl({ id, label, value, change, invalid, describedBy }: ControlProps) {
  const { project } = useForm();
  const agents = usePersistentAgents().data?.data ?? [];
  const name = typeof value === "string" ? value : "";
  const known = agents.some((agent) => agent.name === name);
  return (
    <span className="row">
      <NameChoice
        {...{ id, label, invalid, describedBy, name }}
        choose={change}
        none="Choose an agent"
        missing="there is none yet"
        options={agents.map(({ name, description }) => ({
          name,
          text: description ? `${name}: ${description.slice(0, 60)}` : name,
        }))}
      />
      <Link
        className="door small form-link"
        href={known ? `/projects/${project}/agents/${name}` : `/projects/${project}/agents`}
      >
        {known ? "Open" : "New"}
      </Link>
    </span>
  );
}
