// One of several forms of a value: which one is chosen, then its fields.
import { useState } from "react";
import { useForm } from "../context";
import { Control, type ControlProps } from "../field";
import { beginning, resolve, type Schema, shapeOf, variantOf, words } from "../schema";
import { firstSentence } from "../text";

export function UnionControl(props: ControlProps & { variants: Schema[] }) {
  const { id, label, schema, value, change, required, variants } = props;
  const { disabled, root } = useForm();
  const found = value === undefined || value === null ? -1 : variantOf(variants, root, value);
  const [picked, pick] = useState(found);
  const at = found === -1 ? picked : found;
  const variant = variants[at];
  const choose = (text: string) => {
    const next = text === "" ? -1 : Number(text);
    const chosen = variants[next];
    pick(next);
    change(chosen && beginning(chosen, root));
  };
  const standard =
    schema.default === undefined || schema.default === null ? "—" : `${JSON.stringify(schema.default)} · default`;
  return (
    <div className="form-list">
      <select
        id={id}
        aria-label={label}
        className="field form-wide"
        value={at === -1 ? "" : String(at)}
        disabled={disabled}
        onChange={(event) => choose(event.target.value)}
      >
        {(!required || at === -1) && <option value="">{standard}</option>}
        {variants.map((each, index) => (
          <option key={nameOf(each, root)} value={String(index)}>
            {nameOf(each, root)}
          </option>
        ))}
      </select>
      {variant && value !== undefined && (
        <Control {...props} id={`${id}-value`} label={label} schema={resolve(variant, root)} required />
      )}
    </div>
  );
}

/** What a variant is called: the field that it needs, or what it says of itself. */
function nameOf(given: Schema, root: Schema): string {
  const schema = resolve(given, root);
  const [needed] = schema.required ?? [];
  if (needed) return words(needed);
  return schema.description ? firstSentence(schema.description).first : words(shapeOf(schema, root).kind);
}
