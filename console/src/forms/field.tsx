// One field of a form: its name, its control, its help, and what is wrong with it.
import { useId } from "react";
import { IconButton } from "../ui/button";
import { Words } from "../ui/words";
import { useForm } from "./context";
import { AgentControl } from "./controls/agent";
import { AnyControl } from "./controls/any";
import { ConditionControl } from "./controls/condition";
import { CredentialControl } from "./controls/credential";
import { ListControl } from "./controls/list";
import { MapControl } from "./controls/map";
import { ObjectControl } from "./controls/object";
import { OfferedControl } from "./controls/offered";
import { PathControl } from "./controls/path";
import { ScheduleControl } from "./controls/schedule";
import { SchemaRowsControl } from "./controls/schema-rows";
import { SharesControl } from "./controls/shares";
import { ChoiceControl, FlagControl, NumberControl, TextControl } from "./controls/simple";
import { TemplateControl } from "./controls/template";
import { TemplatesControl } from "./controls/templates";
import { UnionControl } from "./controls/union";
import { hintOf } from "./hints";
import { fits, resolve, type Schema, shapeOf, words } from "./schema";
import { Help, saysNothing } from "./text";

export interface FieldProps {
  schema: Schema;
  name: string;
  label?: string;
  /** Where the field stands, as the builder's errors say it. */
  path: string;
  value: unknown;
  /** `undefined` takes the option out. */
  change: (value: unknown) => void;
  required?: boolean;
  /** Without a name above it, as in a list. */
  bare?: boolean;
}

/** What each control gets. */
export interface ControlProps extends FieldProps {
  id: string;
  label: string;
  required: boolean;
  invalid: boolean;
  describedBy?: string;
}

export function Field(props: FieldProps) {
  const { name, path, value, change, required = false, bare } = props;
  const form = useForm();
  const id = useId();
  const schema = resolve(props.schema, form.root);
  const label = props.label ?? words(name);
  const problems = form.problems.get(path) ?? [];
  // What a condition is as JSON is told beside its JSON.
  const isRows = hintOf(schema, form.root) === "condition";
  const about = bare || isRows || saysNothing(schema.description, label) ? undefined : schema.description;
  const helpId = about ? `${id}-help` : undefined;
  const describedBy = [helpId, problems.length > 0 ? `${id}-problem` : ""].filter(Boolean).join(" ") || undefined;
  const control = { ...props, schema, id, label, required, invalid: problems.length > 0, describedBy };
  return (
    <div className="form-field" data-path={path}>
      {!bare && (
        <div className="form-label">
          <label htmlFor={id}>{label}</label>
          {required && <span className="form-required">required</span>}
          {!required && value !== undefined && !form.disabled && (
            <IconButton icon="x" label={`Take ${label} out`} className="form-clear" onClick={() => change(undefined)} />
          )}
        </div>
      )}
      <Control {...control} />
      {about && <Help text={about} id={helpId} />}
      {problems.length > 0 && (
        <ul className="form-problems" id={`${id}-problem`}>
          {problems.map((problem) => (
            <li key={problem}>
              <Words text={problem} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Control(props: ControlProps) {
  const form = useForm();
  const { schema, value } = props;
  const hint = hintOf(schema, form.root);
  if (hint === "condition") return <ConditionControl {...props} />;
  // What a field cannot show whole is shown as JSON, so that nothing is lost.
  if (value !== undefined && value !== null && !fits(schema, form.root, value)) {
    return <AnyControl {...props} />;
  }
  switch (hint) {
    case "template":
      return <TemplateControl {...props} />;
    case "templates":
      return <TemplatesControl {...props} />;
    case "path":
      return <PathControl {...props} />;
    case "credential":
      return <CredentialControl {...props} />;
    case "schedule":
      return <ScheduleControl {...props} />;
    case "script":
      return <TextControl {...props} lines={12} />;
    case "shares":
      return <SharesControl {...props} />;
    case "json_schema":
      return <SchemaRowsControl {...props} />;
    case "values":
      return <TemplatesControl {...props} plain />;
    case "persistent_agent":
      return <AgentControl {...props} />;
    case "segment":
    case "list":
    case "stage":
    case "workflow":
      return <OfferedControl {...props} />;
  }
  const shape = shapeOf(schema, form.root);
  switch (shape.kind) {
    case "text":
      return <TextControl {...props} />;
    case "number":
      return <NumberControl {...props} shape={shape} seconds={hint === "seconds"} />;
    case "flag":
      return <FlagControl {...props} />;
    case "choice":
      return <ChoiceControl {...props} choices={shape.choices} />;
    case "object":
      return <ObjectControl {...props} />;
    case "map":
      return <MapControl {...props} of={shape.of} />;
    case "list":
      return <ListControl {...props} shape={shape} />;
    case "union":
      return <UnionControl {...props} variants={shape.of} />;
    case "any":
      return <AnyControl {...props} />;
  }
}
