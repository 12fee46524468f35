// A text with templates: completion over the last event, and what it gives on it.
import { useState } from "react";
import { ApiError } from "../../api/error";
import { CodeField } from "../../ui/code";
import { useForm } from "../context";
import { useTemplatePreview } from "../data";
import type { ControlProps } from "../field";
import { type Schema, shapeOf } from "../schema";
import { useTemplateWords } from "../words";

export function TemplateControl({ label, schema, value, change, required, invalid, describedBy }: ControlProps) {
  const { root } = useForm();
  const shape = shapeOf(schema, root);
  const text = value === undefined || value === null ? "" : String(value);
  const set = (written: string) => {
    if (written === "" && !required) return change(undefined);
    // Where a number may stand as well, a number that is written is one.
    const number = shape.kind === "union" && written.trim() !== "" ? Number(written) : Number.NaN;
    change(Number.isSafeInteger(number) ? number : written);
  };
  const standard: Schema["default"] = schema.default;
  return (
    <TemplateText
      label={label}
      value={text}
      change={set}
      invalid={invalid}
      describedBy={describedBy}
      placeholder={typeof standard === "string" ? standard : undefined}
    />
  );
}

interface TextProps {
  label: string;
  value: string;
  change: (value: string) => void;
  invalid?: boolean;
  describedBy?: string;
  placeholder?: string;
}

export function TemplateText({ label, value, change, invalid, describedBy, placeholder }: TextProps) {
  const { disabled } = useForm();
  const words = useTemplateWords();
  const [seen, setSeen] = useState(false);
  return (
    <>
      <CodeField
        label={label}
        language="template"
        value={value}
        change={change}
        disabled={disabled}
        invalid={invalid}
        describedBy={describedBy}
        placeholder={placeholder}
        words={words}
        focus={() => setSeen(true)}
        blur={() => setSeen(false)}
      />
      {seen && /\{\{|\{%/.test(value) && <Preview template={value} />}
    </>
  );
}

const SHOWN = 600;

/** What a template gives on the last event that came, and what was passed over in it. */
export function Preview({ template }: { template: unknown }) {
  const { event } = useForm();
  const preview = useTemplatePreview(template, event, true);
  if (preview.error instanceof ApiError) {
    return <p className="form-problem">{preview.error.message}</p>;
  }
  if (!preview.data) return null;
  const { result, warnings } = preview.data;
  const text = typeof result === "string" ? result : JSON.stringify(result, null, 2);
  return (
    <div aria-live="polite">
      <p className="form-preview mono">
        <span className="muted">{event ? "gives " : "gives, without an event, "}</span>
        {text === "" ? <span className="muted">an empty text</span> : text.slice(0, SHOWN)}
        {text.length > SHOWN && <span className="muted"> … {text.length.toLocaleString("en-US")} characters</span>}
      </p>
      {warnings.map(({ path, line, message }) => (
        <p key={`${path} ${line} ${message}`} className="form-warning">
          {path !== "" && <code>{path}</code>} line {line}: {message}
        </p>
      ))}
    </div>
  );
}
