// A secret: a choice of the project's credentials. Only names are ever known here.
import { Link } from "wouter";
import { useForm } from "../context";
import { useCredentials } from "../data";
import type { ControlProps } from "../field";
import { NameChoice } from "./name-choice";

export function CredentialControl({ id, label, value, change, required, invalid, describedBy }: ControlProps) {
  const { project } = useForm();
  const credentials = useCredentials();
  const name = typeof value === "string" ? value : "";
  return (
    <span className="row">
      <NameChoice
        {...{ id, label, invalid, describedBy, name }}
        choose={(chosen) => change(chosen === "" && !required ? undefined : chosen)}
        none={required ? "Choose a credential" : "—"}
        missing="not set yet"
        options={credentials.map(({ name }) => ({ name, text: name }))}
      />
      <Link className="door small form-link" href={`/projects/${project}/settings/credentials`}>
        New
      </Link>
    </span>
  );
}
