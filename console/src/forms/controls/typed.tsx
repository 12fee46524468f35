// A value whose type somebody chooses: a text, a number, yes or no, nothing, or JSON. And a list of such values.
import { useEffect, useState } from "react";
import { useForm } from "../context";
import { AnyControl } from "./any";
import { NumberInput } from "./simple";

type Kind = "text" | "number" | "flag" | "null" | "json";

function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "flag";
  return typeof value === "string" || value === undefined ? "text" : "json";
}

const BEGUN: Record<Kind, unknown> = { text: "", number: 0, flag: true, null: null, json: {} };

/** A value as another type, where it can be read so. */
export function asKind(value: unknown, kind: Kind): unknown {
  const number = Number(value);
  if (kind === "number" && typeof value === "string" && value.trim() !== "" && Number.isFinite(number)) return number;
  if (kind === "text" && (typeof value === "number" || typeof value === "boolean")) return String(value);
  return BEGUN[kind];
}

export interface TypedProps {
  label: string;
  value: unknown;
  set: (value: unknown) => void;
  invalid: boolean;
  /** Only a text makes sense. */
  textOnly?: boolean;
}

export function TypedValue({ label, value, set, invalid, textOnly }: TypedProps) {
  const { disabled } = useForm();
  const kind = kindOf(value);
  if (textOnly && kind === "text") return <TextValue {...{ label, value, set, invalid }} />;
  return (
    <span className="typed">
      <select
        className="field typed-kind"
        aria-label={`${label}: type`}
        value={kind}
        disabled={disabled}
        onChange={(event) => set(asKind(value, event.target.value as Kind))}
      >
        <option value="text">text</option>
        <option value="number">number</option>
        <option value="flag">yes/no</option>
        <option value="null">null</option>
        <option value="json">JSON</option>
      </select>
      {kind === "text" && <TextValue {...{ label, value, set, invalid }} />}
      {kind === "number" && (
        <NumberInput
          label={label}
          value={value}
          change={(next) => next !== undefined && set(next)}
          invalid={invalid}
          wide
        />
      )}
      {kind === "flag" && (
        <select
          className="field form-wide"
          aria-label={label}
          value={String(value)}
          disabled={disabled}
          onChange={(event) => set(event.target.value === "true")}
        >
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      )}
      {kind === "json" && (
        <span className="grow">
          <AnyControl label={label} value={value} change={(next) => set(next ?? null)} lines={1} invalid={invalid} />
        </span>
      )}
    </span>
  );
}

function TextValue({ label, value, set, invalid }: TypedProps) {
  const { disabled } = useForm();
  const text = typeof value === "string" ? value : "";
  const shared = {
    className: "field form-wide",
    "aria-label": label,
    "aria-invalid": invalid || undefined,
    value: text,
    disabled,
  };
  // A field of one line would lose line breaks.
  if (text.includes("\n")) return <textarea {...shared} rows={3} onChange={(event) => set(event.target.value)} />;
  return <input {...shared} onChange={(event) => set(event.target.value)} />;
}

type Element = string | number;

/** What the lines of a field mean: numbers where the list has numbers alone, texts otherwise. */
export function readLines(text: string, numbers: boolean): Element[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const filled = lines.filter((line) => line.trim() !== "");
  return numbers && filled.every((line) => Number.isFinite(Number(line))) ? filled.map(Number) : lines;
}

function isPlain(value: unknown): value is Element[] {
  if (!Array.isArray(value)) return false;
  const isLine = (item: unknown) => typeof item === "string" && !item.includes("\n");
  return value.every(isLine) || value.every((item) => typeof item === "number");
}

/** Elements of a list, one on each line; whatever is no plain text or number is written as JSON. */
export function Lines({ label, value, set, invalid }: TypedProps) {
  const { disabled } = useForm();
  const items = isPlain(value) ? value : [];
  const numbers = items.length > 0 && items.every((item) => typeof item === "number");
  const [text, setText] = useState(items.join("\n"));
  const meant = JSON.stringify(items);
  useEffect(() => {
    setText((now) =>
      JSON.stringify(readLines(now, numbers)) === meant ? now : (JSON.parse(meant) as Element[]).join("\n"),
    );
  }, [meant, numbers]);
  if (value !== undefined && !isPlain(value)) {
    return <AnyControl label={label} value={value} change={(next) => set(next ?? [])} lines={2} invalid={invalid} />;
  }
  const write = (written: string) => {
    setText(written);
    set(readLines(written, numbers));
  };
  return (
    <>
      <textarea
        className="field form-lines"
        aria-label={`${label}, one on each line`}
        placeholder="One on each line"
        rows={Math.max(2, Math.min(10, items.length))}
        value={text}
        disabled={disabled}
        aria-invalid={invalid || undefined}
        onChange={(event) => write(event.target.value)}
      />
      {items.length > 0 && items.every((item) => item !== "" && Number.isFinite(Number(item))) && (
        <label className="row small">
          <input
            type="checkbox"
            className="form-check"
            checked={numbers}
            disabled={disabled}
            onChange={() => set(numbers ? items.map(String) : items.map(Number))}
          />
          These are numbers
        </label>
      )}
    </>
  );
}
