// A JSON Schema of an object, as rows; whoever wants more than rows say writes the JSON.
import { useState } from "react";
import { Button, IconButton } from "../../ui/button";
import { freshName, withItem, withoutItem } from "../change";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import { ROW_TYPES, type Row, readRows, writeRows } from "../schema-rows";
import { AnyControl } from "./any";
import { KeyInput } from "./key";
import "./schema-rows.css";

export function SchemaRowsControl({ id, label, schema, value, change, invalid, describedBy }: ControlProps) {
  const { disabled } = useForm();
  const [asJson, setAsJson] = useState(false);
  const rows = readRows(value);
  const set = (next: Row[]) => change(writeRows(next));
  const names = Object.fromEntries((rows ?? []).map((row) => [row.name, true]));
  return (
    <div className="form-list">
      {asJson || !rows ? (
        <AnyControl {...{ label, schema, value, change, invalid, describedBy }} lines={4} />
      ) : (
        rows.map((row, at) => {
          const put = (next: Partial<Row>) => set(withItem(rows, at, { ...row, ...next }));
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a name changes while it is written, its place does not.
            <div key={at} className="schema-row">
              <KeyInput name={row.name} label={`${label}: name`} taken={names} rename={(name) => put({ name })} />
              <select
                className="field"
                aria-label={`${label}: type of ${row.name}`}
                value={row.type}
                disabled={disabled}
                onChange={(event) => put({ type: event.target.value })}
              >
                <option value="">anything</option>
                {ROW_TYPES.map((type) => (
                  <option key={type} value={type}>
                    {type}
                  </option>
                ))}
              </select>
              <label className="row small">
                <input
                  type="checkbox"
                  className="form-check"
                  checked={row.required}
                  disabled={disabled}
                  onChange={(event) => put({ required: event.target.checked })}
                />
                required
              </label>
              {!disabled && (
                <IconButton icon="x" label={`Remove ${row.name}`} onClick={() => set(withoutItem(rows, at))} />
              )}
              <input
                className="field schema-row-about"
                aria-label={`${label}: what ${row.name} is`}
                placeholder="What it is"
                value={row.about}
                disabled={disabled}
                onChange={(event) => put({ about: event.target.value })}
              />
            </div>
          );
        })
      )}
      <div className="row">
        {!disabled && !asJson && rows && (
          <Button
            id={id}
            icon="plus"
            className="form-add"
            onClick={() =>
              set([...rows, { name: freshName(names, "field"), type: "string", required: true, about: "" }])
            }
          >
            Add a field
          </Button>
        )}
        <span className="grow" />
        {rows && (
          <Button kind="quiet" className="form-small" aria-pressed={asJson} onClick={() => setAsJson(!asJson)}>
            {asJson ? "Fields" : "JSON"}
          </Button>
        )}
      </div>
    </div>
  );
}
