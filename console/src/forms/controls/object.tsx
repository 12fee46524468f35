// An object inside a config: its fields, once there is one. An object that may be left out is added and removed whole.
import { Button } from "../../ui/button";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import { Fields } from "../fields";
import { beginning, isObject } from "../schema";

export function ObjectControl({ id, label, schema, value, change, path, required }: ControlProps) {
  const { disabled, root } = useForm();
  if (!isObject(value) && !required) {
    return disabled ? (
      <p className="muted">—</p>
    ) : (
      <Button
        id={id}
        icon="plus"
        className="form-add"
        onClick={() => change(beginning({ ...schema, default: undefined }, root))}
      >
        Set
      </Button>
    );
  }
  return (
    <fieldset className="form-group" id={id}>
      <legend className="sr-only">{label}</legend>
      <Fields schema={schema} value={isObject(value) ? value : {}} change={change} path={path} />
    </fieldset>
  );
}
