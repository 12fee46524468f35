// A secret: a choice of the project's credentials. Only names are ever known here.
import { Link } from "wouter";
import { useForm } from "../context";
import { useCredentials } from "../data";
import type { ControlProps } from "../field";

export function CredentialControl({ id, label, value, change, required, invalid, describedBy }: ControlProps) {
  const { project, disabled } = useForm();
  const credentials = useCredentials();
  const name = typeof value === "string" ? value : "";
  const known = credentials.some((credential) => credential.name === name);
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
        onChange={(event) => change(event.target.value === "" && !required ? undefined : event.target.value)}
      >
        <option value="">{required ? "Choose a credential" : "—"}</option>
        {name !== "" && !known && <option value={name}>{name} (not set yet)</option>}
        {credentials.map((credential) => (
          <option key={credential.name} value={credential.name}>
            {credential.name}
          </option>
        ))}
      </select>
      <Link className="door small form-link" href={`/projects/${project}/settings/credentials`}>
        New
      </Link>
    </span>
  );
}
