// Texts, numbers, yes or no, and choices. A default is shown where nothing is set, and is not written.
import { type ReactNode, useEffect, useState } from "react";
import { duration } from "../../ui/time";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import type { Choice, Shape } from "../schema";
import { Help } from "../text";

interface TextProps extends ControlProps {
  /** How many lines it shows, for a text that has several. */
  lines?: number;
}

export function TextControl({ id, label, schema, value, change, required, invalid, describedBy, lines }: TextProps) {
  const { disabled } = useForm();
  const text = typeof value === "string" ? value : "";
  const set = (written: string) => change(written === "" && !required ? undefined : written);
  const shared = {
    id,
    "aria-label": label,
    value: text,
    disabled,
    className: "field form-wide",
    placeholder: typeof schema.default === "string" ? schema.default : undefined,
    "aria-invalid": invalid || undefined,
    "aria-describedby": describedBy,
  };
  // A field of one line would lose line breaks.
  if (lines || text.includes("\n")) {
    return <textarea {...shared} rows={lines ?? 4} spellCheck={!lines} onChange={(event) => set(event.target.value)} />;
  }
  return <input {...shared} onChange={(event) => set(event.target.value)} />;
}

type Bounds = Extract<Shape, { kind: "number" }>;

/** What a text of a number field means: the number, nothing, or why not. */
export function readNumber(
  text: string,
  { whole, least, most }: Omit<Bounds, "kind">,
): { value?: number; problem?: string } {
  const trimmed = text.trim();
  if (trimmed === "") return {};
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return { problem: "Give a number." };
  if (whole && !Number.isSafeInteger(value)) return { problem: "Give a whole number." };
  if (least !== undefined && value < least) return { value, problem: `Give at least ${least}.` };
  if (most !== undefined && value > most) return { value, problem: `Give at most ${most}.` };
  return { value };
}

interface InputProps {
  id?: string;
  label: string;
  value: unknown;
  change: (value: number | undefined) => void;
  shape?: Omit<Bounds, "kind">;
  standard?: unknown;
  invalid?: boolean;
  describedBy?: string;
  wide?: boolean;
  children?: ReactNode;
}

const ANY = { whole: false };

/** A field for a number. What is being written stays as it is written: `1.` is 1, too. */
export function NumberInput(props: InputProps) {
  const { id, label, value, change, shape = ANY, standard, invalid, describedBy, wide, children } = props;
  const { disabled } = useForm();
  const written = typeof value === "number" ? String(value) : "";
  const [text, setText] = useState(written);
  useEffect(() => {
    setText((now) => (readNumber(now, ANY).value === value ? now : typeof value === "number" ? String(value) : ""));
  }, [value]);
  const { problem } = readNumber(text, shape);
  const write = (now: string) => {
    setText(now);
    const read = readNumber(now, shape);
    if (read.value !== undefined || now.trim() === "") change(read.value);
  };
  return (
    <>
      <span className={wide ? "grow" : "row"}>
        <input
          id={id}
          className={`field ${wide ? "form-wide" : "form-number"}`}
          aria-label={label}
          inputMode="decimal"
          value={text}
          disabled={disabled}
          placeholder={typeof standard === "number" ? String(standard) : undefined}
          aria-invalid={invalid || problem !== undefined || undefined}
          aria-describedby={describedBy}
          onChange={(event) => write(event.target.value)}
          // A nought that stands there to begin with is written over.
          onFocus={(event) => text === "0" && event.target.select()}
          onBlur={() => text !== written && readNumber(text, shape).value === undefined && setText(written)}
        />
        {children}
      </span>
      {problem && <p className="form-problem">{problem}</p>}
    </>
  );
}

export function NumberControl({
  shape,
  seconds,
  schema,
  ...props
}: ControlProps & { shape: Bounds; seconds: boolean }) {
  const { value } = props;
  const shown = typeof value === "number" ? value : typeof schema.default === "number" ? schema.default : undefined;
  return (
    <NumberInput {...props} shape={shape} standard={schema.default}>
      {seconds && shown !== undefined && <span className="muted small">s, that is {duration(shown * 1000)}</span>}
    </NumberInput>
  );
}

export function FlagControl({ id, schema, label, value, change, describedBy }: ControlProps) {
  const { disabled } = useForm();
  const standard = schema.default === true;
  const on = typeof value === "boolean" ? value : standard;
  return (
    <span className="row">
      <input
        id={id}
        type="checkbox"
        className="form-check"
        aria-label={label}
        checked={on}
        disabled={disabled}
        aria-describedby={describedBy}
        onChange={(event) => change(event.target.checked)}
      />
      <span className="muted small">
        {on ? "Yes" : "No"}
        {value === undefined && " · default"}
      </span>
    </span>
  );
}

export function ChoiceControl(props: ControlProps & { choices: Choice[] }) {
  const { id, label, schema, value, change, required, invalid, describedBy, choices } = props;
  const { disabled } = useForm();
  const key = (chosen: unknown) => JSON.stringify(chosen) ?? "";
  const given = value ?? undefined;
  const known = choices.some((choice) => key(choice.value) === key(given));
  const chosen = choices.find((choice) => key(choice.value) === key(given ?? schema.default));
  const none = schema.default === undefined || schema.default === null ? "—" : `${String(schema.default)} · default`;
  return (
    <>
      <select
        id={id}
        aria-label={label}
        className="field form-wide"
        value={given === undefined ? "" : key(given)}
        disabled={disabled}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(event) => {
          const found = choices.find((choice) => key(choice.value) === event.target.value);
          change(found?.value);
        }}
      >
        {(!required || given === undefined) && <option value="">{none}</option>}
        {given !== undefined && !known && <option value={key(given)}>{String(given)} (not known)</option>}
        {choices.map((choice) => (
          <option key={key(choice.value)} value={key(choice.value)}>
            {String(choice.value)}
          </option>
        ))}
      </select>
      {chosen?.about && <Help text={chosen.about} />}
    </>
  );
}
