// A list: its elements in order, added, removed, and moved by buttons.
import { Button, IconButton } from "../../ui/button";
import { moved, withItem, withoutItem } from "../change";
import { useForm } from "../context";
import { type ControlProps, Field } from "../field";
import { beginning, type Shape } from "../schema";

export function ListControl(props: ControlProps & { shape: Extract<Shape, { kind: "list" }> }) {
  const { label, value, change, path, required, shape } = props;
  const { disabled, root } = useForm();
  const items: unknown[] = Array.isArray(value) ? value : [];
  const add = () => change([...items, beginning(shape.of, root)]);
  const set = (next: unknown[]) => change(next.length === 0 && !required ? undefined : next);
  return (
    <div className="form-list">
      {items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: elements have no other name than their place.
        <div key={at} className="form-item">
          <div className="grow">
            <Field
              bare
              required
              schema={shape.of}
              name={String(at)}
              label={`${label} ${at + 1}`}
              path={`${path}[${at}]`}
              value={item}
              change={(next) => change(withItem(items, at, next ?? null))}
            />
          </div>
          {!disabled && (
            <div className="form-item-tools">
              <IconButton
                icon="chevronUp"
                label={`Move ${label} ${at + 1} up`}
                disabled={at === 0}
                onClick={() => change(moved(items, at, -1))}
              />
              <IconButton
                icon="chevronDown"
                label={`Move ${label} ${at + 1} down`}
                disabled={at === items.length - 1}
                onClick={() => change(moved(items, at, 1))}
              />
              <IconButton
                icon="x"
                label={`Remove ${label} ${at + 1}`}
                disabled={items.length <= shape.least}
                onClick={() => set(withoutItem(items, at))}
              />
            </div>
          )}
        </div>
      ))}
      {!disabled && (
        <Button id={props.id} icon="plus" className="form-add" disabled={items.length >= shape.most} onClick={add}>
          Add
        </Button>
      )}
    </div>
  );
}
