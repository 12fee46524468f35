// JSON whose texts are templates, as a list of fields: a name and a text each. Whoever prefers it writes the JSON.
import { useState } from "react";
import { Button, IconButton } from "../../ui/button";
import { pathOf } from "../../ui/paths";
import { freshName, withKey, withName } from "../change";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import { isObject, shapeOf } from "../schema";
import { AnyControl } from "./any";
import { KeyInput } from "./key";
import { Preview, TemplateText } from "./template";
import { TypedValue } from "./typed";

/** `plain` is for values that are taken as they are: they are no templates, and have a type each. */
export function TemplatesControl(props: ControlProps & { plain?: boolean }) {
  const { id, label, schema, value, change, path, required, invalid, describedBy, plain } = props;
  const { disabled, root } = useForm();
  const [asJson, setAsJson] = useState(false);
  const [seen, setSeen] = useState(false);
  const given = value ?? undefined;
  const rows = given === undefined || isObject(given);
  const object = isObject(given) ? given : {};
  const keys = Object.keys(object);
  // Where anything may stand, an empty object is something else than nothing.
  const set = (next: Record<string, unknown>) => change(Object.keys(next).length === 0 && !required ? undefined : next);
  return (
    <div className="form-list">
      {asJson || !rows ? (
        <AnyControl
          label={label}
          schema={schema}
          path={path}
          value={given}
          change={change}
          invalid={invalid}
          describedBy={describedBy}
          lines={4}
          templates={!plain}
        />
      ) : (
        keys.map((key, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a key changes while it is written, its place does not.
          <div key={at} className="form-item" data-path={pathOf(path, key)}>
            <KeyInput
              name={key}
              label={`${label}: name`}
              taken={object}
              rename={(to) => change(withName(object, key, to))}
            />
            <div className="grow">
              <Value
                label={`${label}: ${key}`}
                plain={plain}
                path={pathOf(path, key)}
                value={object[key]}
                change={(next) => change(withKey(object, key, next ?? ""))}
              />
            </div>
            {!disabled && (
              <IconButton icon="x" label={`Remove ${key}`} onClick={() => set(withKey(object, key, undefined))} />
            )}
          </div>
        ))
      )}
      <div className="row">
        {!disabled && !asJson && rows && (
          <Button
            id={id}
            icon="plus"
            className="form-add"
            onClick={() => change({ ...object, [freshName(object, "field")]: "" })}
          >
            {keys.length === 0 ? "Add a field" : "Add"}
          </Button>
        )}
        <span className="grow" />
        {given !== undefined && !plain && (
          <Button kind="quiet" className="form-small" aria-pressed={seen} onClick={() => setSeen(!seen)}>
            Preview
          </Button>
        )}
        {rows && (
          <Button kind="quiet" className="form-small" aria-pressed={asJson} onClick={() => setAsJson(!asJson)}>
            {asJson ? "Fields" : "JSON"}
          </Button>
        )}
      </div>
      {given === undefined &&
        !asJson &&
        shapeOf(schema, root).kind === "any" &&
        schema.default !== undefined &&
        schema.default !== null && <p className="form-about mono">{JSON.stringify(schema.default)}</p>}
      {seen && given !== undefined && <Preview template={given} />}
    </div>
  );
}

/** The value of a field: a text with templates, or JSON where it is something else. */
interface ValueProps {
  label: string;
  path: string;
  value: unknown;
  change: (value: unknown) => void;
  plain?: boolean;
}

function Value({ label, path, value, change, plain }: ValueProps) {
  const { problems } = useForm();
  const wrong = problems.get(path) ?? [];
  const invalid = wrong.length > 0;
  return (
    <>
      {plain ? (
        <TypedValue label={label} value={value} set={change} invalid={invalid} />
      ) : typeof value === "string" ? (
        <TemplateText label={label} value={value} change={change} invalid={invalid} />
      ) : (
        <AnyControl label={label} path={path} value={value} change={change} invalid={invalid} lines={1} templates />
      )}
      {wrong.map((problem) => (
        <p key={problem} className="form-problem">
          {problem}
        </p>
      ))}
    </>
  );
}
