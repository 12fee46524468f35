// A condition as rows that nest: all of, any of, not. Beside it stands its JSON, for those who prefer that.
import { useState } from "react";
import { Button, IconButton } from "../../ui/button";
import { withItem, withoutItem } from "../change";
import { type Group, NEW_ROW, readNode, writeGroup } from "../condition";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import { Help } from "../text";
import { AnyControl } from "./any";
import { ConditionRow } from "./condition-row";
import "./condition.css";

export function ConditionControl({ id, label, schema, value, change, path, invalid, describedBy }: ControlProps) {
  const [asJson, setAsJson] = useState(false);
  const node = readNode(value);
  return (
    <fieldset className="condition" id={id} aria-describedby={describedBy}>
      <legend className="sr-only">{label}</legend>
      {asJson || node.kind === "other" ? (
        <>
          <AnyControl label={label} value={value} change={change} invalid={invalid} lines={6} />
          {schema.description && <Help text={schema.description} />}
        </>
      ) : (
        <NodeControl value={value} change={change} path={path} />
      )}
      {node.kind !== "other" && (
        <Button
          kind="quiet"
          className="form-small condition-json"
          aria-pressed={asJson}
          onClick={() => setAsJson(!asJson)}
        >
          {asJson ? "Rows" : "As JSON"}
        </Button>
      )}
    </fieldset>
  );
}

interface NodeProps {
  value: unknown;
  change: (value: unknown) => void;
  path: string;
  /** Takes this condition out of the group around it. */
  remove?: () => void;
}

function NodeControl({ value, change, path, remove }: NodeProps) {
  const { disabled } = useForm();
  const node = readNode(value);
  if (node.kind === "other") {
    return (
      <div className="form-item">
        <div className="grow">
          <AnyControl label="Condition" value={value} change={(next) => change(next ?? null)} />
        </div>
        {remove && !disabled && <IconButton icon="x" label="Remove this condition" onClick={remove} />}
      </div>
    );
  }
  if (node.kind === "row") {
    return (
      <>
        <ConditionRow row={node.row} change={change} path={path} remove={remove} />
        {!remove && !disabled && (
          <Button icon="plus" className="form-add" onClick={() => change({ all: [node.row, NEW_ROW] })}>
            And …
          </Button>
        )}
      </>
    );
  }
  const { group, items } = node;
  const at = (index: number) => (group === "not" ? `${path}.not` : `${path}.${group}[${index}]`);
  const set = (next: unknown[]) => {
    const [only] = next;
    // A group of one, at the top, is that one.
    if (next.length === 0) return remove ? remove() : change(NEW_ROW);
    change(next.length === 1 && !remove && group !== "not" ? only : writeGroup(group, next));
  };
  return (
    <div className="condition-group">
      <div className="row">
        <select
          className="field"
          aria-label="How the conditions of this group are joined"
          value={group}
          disabled={disabled}
          onChange={(event) => change(writeGroup(event.target.value as Group, unwrapped(group, items)))}
        >
          <option value="all">All of</option>
          <option value="any">Any of</option>
          <option value="not">Not</option>
        </select>
        <span className="grow" />
        {remove && !disabled && <IconButton icon="x" label="Remove this group" onClick={remove} />}
      </div>
      <div className="condition-inner">
        {items.map((item, index) => (
          <NodeControl
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name than their place.
            key={index}
            value={item}
            path={at(index)}
            change={(next) => change(writeGroup(group, withItem(items, index, next)))}
            remove={() => set(withoutItem(items, index))}
          />
        ))}
        {!disabled && group !== "not" && (
          <div className="row">
            <Button icon="plus" className="form-add" onClick={() => change(writeGroup(group, [...items, NEW_ROW]))}>
              Condition
            </Button>
            <Button
              icon="plus"
              className="form-add"
              onClick={() => change(writeGroup(group, [...items, { [group === "all" ? "any" : "all"]: [NEW_ROW] }]))}
            >
              Group
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** What a `not` holds may be a group that was made for it: then its parts are meant. */
function unwrapped(group: Group, items: unknown[]): unknown[] {
  const [only] = items;
  const inner = readNode(only);
  return group === "not" && inner.kind === "group" && inner.group === "all" ? inner.items : items;
}
