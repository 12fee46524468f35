// A map: keys that somebody writes, each with a value of one kind, as the headers of a call.
import { Button, IconButton } from "../../ui/button";
import { pathOf } from "../../ui/paths";
import { freshName, withKey, withName } from "../change";
import { useForm } from "../context";
import { type ControlProps, Field } from "../field";
import { beginning, isObject, type Schema } from "../schema";
import { KeyInput } from "./key";

export function MapControl({ id, label, value, change, path, required, of }: ControlProps & { of: Schema }) {
  const { disabled, root } = useForm();
  const object = isObject(value) ? value : {};
  const set = (next: Record<string, unknown>) => change(Object.keys(next).length === 0 && !required ? undefined : next);
  return (
    <div className="form-list">
      {Object.entries(object).map(([key, item], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a key changes while it is written, its place does not.
        <div key={at} className="form-item">
          <KeyInput
            name={key}
            label={`${label}: name`}
            taken={object}
            rename={(to) => change(withName(object, key, to))}
          />
          <div className="grow">
            <Field
              bare
              required
              schema={of}
              name={key}
              label={`${label}: ${key}`}
              path={pathOf(path, key)}
              value={item}
              change={(next) => change(withKey(object, key, next ?? ""))}
            />
          </div>
          {!disabled && (
            <IconButton icon="x" label={`Remove ${key}`} onClick={() => set(withKey(object, key, undefined))} />
          )}
        </div>
      ))}
      {!disabled && (
        <Button
          id={id}
          icon="plus"
          className="form-add"
          onClick={() => change({ ...object, [freshName(object, "name")]: beginning(of, root) ?? "" })}
        >
          Add
        </Button>
      )}
    </div>
  );
}
