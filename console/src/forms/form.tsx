// A form for an agent's config, made from the JSON Schema of its type. What it does not understand it shows as JSON, and never changes.
import { useMemo } from "react";
import { type Form as Context, FormContext } from "./context";
import { AnyControl } from "./controls/any";
import { Fields } from "./fields";
import { isObject, type Schema, shapeOf } from "./schema";
import "../ui/list.css";
import "./forms.css";

interface Props extends Omit<Context, "root"> {
  schema: unknown;
  config: Record<string, unknown>;
  change: (config: Record<string, unknown>) => void;
  /** Fields that stand elsewhere. */
  without?: string[];
}

export function Form({ schema, config, change, without, ...context }: Props) {
  const { project, workflow, type, agent, event, problems, disabled } = context;
  const root: Schema = isObject(schema) ? schema : {};
  const form = useMemo(
    () => ({ root, project, workflow, type, agent, event, problems, disabled }),
    [root, project, workflow, type, agent, event, problems, disabled],
  );
  const isForm = shapeOf(root, root).kind === "object";
  return (
    <FormContext value={form}>
      {isForm ? (
        <Fields schema={root} value={config} change={change} path="config" type={type} without={without} />
      ) : (
        <AnyControl label="Options" value={config} change={(next) => isObject(next) && change(next)} lines={8} />
      )}
    </FormContext>
  );
}
