// The fields of an object: those that matter in front, the others under "More", and what the schema does not know as JSON.
import { useState } from "react";
import { Icon } from "../ui/icon";
import { pathOf } from "../ui/paths";
import { withKey } from "./change";
import { useForm } from "./context";
import { AnyControl } from "./controls/any";
import { Field } from "./field";
import { arranged } from "./hints";
import { type Schema, shapeOf } from "./schema";

interface Props {
  schema: Schema;
  value: Record<string, unknown>;
  change: (value: Record<string, unknown>) => void;
  path: string;
  /** The agent's type, for the fields of a whole config. */
  type?: string;
  /** Fields that stand elsewhere. */
  without?: string[];
}

export function Fields({ schema, value, change, path, type, without = [] }: Props) {
  const { root, problems } = useForm();
  const shape = shapeOf(schema, root);
  // What was set when the form was opened stays in front: fields do not jump while somebody writes.
  const [set] = useState(() => new Set(Object.keys(value).filter((key) => value[key] !== null)));
  const [open, setOpen] = useState(false);
  if (shape.kind !== "object") return null;
  const fields = shape.fields.filter(([name]) => !without.includes(name));
  const { front, more } = arranged(fields, shape.required, type, set);
  const known = new Set(shape.fields.map(([name]) => name));
  const others = Object.keys(value).filter((key) => !known.has(key));
  const wrong = more.some(([name]) => [...problems.keys()].some((field) => field.startsWith(pathOf(path, name))));
  const one = ([name, field]: [string, Schema]) => (
    <Field
      key={name}
      schema={field}
      name={name}
      path={pathOf(path, name)}
      value={value[name]}
      required={shape.required.includes(name)}
      change={(next) => change(withKey(value, name, next))}
    />
  );
  return (
    <div className="form-fields">
      {front.map(one)}
      {others.map((name) => (
        <div key={name} className="form-field">
          <div className="form-label">
            <span className="mono">{name}</span>
            <span className="form-required">not known</span>
          </div>
          <AnyControl label={name} value={value[name]} change={(next) => change(withKey(value, name, next))} />
        </div>
      ))}
      {more.length > 0 && (
        <div>
          <button type="button" className="form-fold" aria-expanded={open || wrong} onClick={() => setOpen(!open)}>
            <Icon name={open || wrong ? "chevronDown" : "chevronRight"} size={12} />
            More
            <span className="muted small cut">{more.map(([name]) => name.replaceAll("_", " ")).join(", ")}</span>
          </button>
          {(open || wrong) && <div className="form-fields form-folded">{more.map(one)}</div>}
        </div>
      )}
    </div>
  );
}
