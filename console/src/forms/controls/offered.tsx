// A choice among what the server offers for a field: segments, lists, stages and workflows of the project.
import { Link } from "wouter";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import { offers } from "../schema";
import { NameChoice } from "./name-choice";

export function OfferedControl({ id, label, schema, value, change, required, invalid, describedBy }: ControlProps) {
  const { project } = useForm();
  const name = typeof value === "string" ? value : "";
  const what = schema["x-rookery"];
  const open = what === "workflow" ? "workflows" : `records?tab=${what === "segment" ? "segments" : "lists"}`;
  return (
    <span className="row">
      <NameChoice
        {...{ id, label, invalid, describedBy, name }}
        choose={(chosen) => change(chosen === "" && !required ? undefined : chosen)}
        none={required ? "Choose one" : "—"}
        missing="not there"
        options={offers(schema).map(({ value, title }) => ({ name: value, text: title }))}
      />
      <Link className="door small form-link" href={`/projects/${project}/${open}`}>
        Open
      </Link>
    </span>
  );
}
