// One comparison: where, how, and with what.
import { IconButton } from "../../ui/button";
import { OPERATORS, operatorOf, type Row, TYPES, wantsOf, withOperator, withPath } from "../condition";
import { useForm } from "../context";
import { valueAt } from "../paths";
import { AnyControl } from "./any";
import { PathInput, Standing } from "./path";

interface Props {
  row: Row;
  change: (row: unknown) => void;
  path: string;
  remove?: () => void;
}

export function ConditionRow({ row, change, path, remove }: Props) {
  const { disabled, event, problems } = useForm();
  const where = typeof row.path === "string" ? row.path : "";
  const found = where === "" ? undefined : valueAt(event?.payload, where);
  const operator = operatorOf(row);
  const wants = wantsOf(operator);
  const wrong = ["", ".path", ".operator", ".op", ".value", ".as"].flatMap((part) =>
    part === "" && !remove ? [] : (problems.get(path + part) ?? []),
  );
  const has = (part: string) => problems.has(`${path}.${part}`);
  return (
    <div className="condition-row">
      <div className="condition-path">
        <PathInput
          label="Where"
          value={where}
          invalid={has("path")}
          change={(next) => change(withPath(row, next, valueAt(event?.payload, next)))}
        />
      </div>
      <select
        className="field condition-operator"
        aria-label="How to compare"
        value={operator}
        disabled={disabled}
        aria-invalid={has("operator") || has("op") || undefined}
        onChange={(chosen) => change(withOperator(row, chosen.target.value, found))}
      >
        {operator === "" && <option value="">choose how</option>}
        {operator !== "" && !OPERATORS.some(([name]) => name === operator) && (
          <option value={operator}>{operator}</option>
        )}
        {OPERATORS.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      {wants !== "nothing" && operator !== "" && (
        <div className="condition-value">
          <Value row={row} wants={wants} change={change} invalid={has("value")} />
        </div>
      )}
      {remove && !disabled && (
        <IconButton icon="x" className="condition-remove" label="Remove this condition" onClick={remove} />
      )}
      <div className="condition-below">
        {wants === "order" &&
          typeof found === "string" &&
          typeof row.value === "number" &&
          row.as == null &&
          !disabled && (
            <label className="row small">
              <input
                type="checkbox"
                className="form-check"
                checked={false}
                onChange={() => change({ ...row, as: "number" })}
              />
              The event has a text there: read it as a number
            </label>
          )}
        {row.as != null && (
          <label className="row small">
            <input
              type="checkbox"
              className="form-check"
              checked
              disabled={disabled}
              onChange={() => change(without(row, "as"))}
            />
            Read as {String(row.as)} before it is compared
          </label>
        )}
        <Standing path={where} />
        {wrong.map((problem) => (
          <p key={problem} className="form-problem">
            {problem}
          </p>
        ))}
      </div>
    </div>
  );
}

function without(row: Row, key: string): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== key));
}

type Kind = "text" | "number" | "flag" | "null" | "json";

function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "flag";
  return typeof value === "string" || value === undefined ? "text" : "json";
}

const BEGUN: Record<Kind, unknown> = { text: "", number: 0, flag: true, null: null, json: {} };

function Value({
  row,
  wants,
  change,
  invalid,
}: {
  row: Row;
  wants: string;
  change: (row: unknown) => void;
  invalid: boolean;
}) {
  const { disabled } = useForm();
  const { value } = row;
  const set = (next: unknown) => change({ ...row, value: next });
  const kind = kindOf(value);
  if (wants === "type") {
    return (
      <select
        className="field form-wide"
        aria-label="Type"
        value={String(value ?? "")}
        disabled={disabled}
        onChange={(event) => set(event.target.value)}
      >
        {!TYPES.includes(String(value)) && (
          <option value={String(value ?? "")}>{String(value ?? "choose a type")}</option>
        )}
        {TYPES.map((type) => (
          <option key={type} value={type}>
            {type}
          </option>
        ))}
      </select>
    );
  }
  if (wants === "list") return <Elements value={value} set={set} invalid={invalid} />;
  if (wants === "text" && kind === "text") {
    return <TextValue value={String(value ?? "")} set={set} invalid={invalid} />;
  }
  const change_ = (next: Kind) => {
    const number = Number(value);
    set(
      next === "number" && value !== "" && Number.isFinite(number)
        ? number
        : next === "text" && kind !== "json"
          ? String(value ?? "")
          : BEGUN[next],
    );
  };
  return (
    <span className="condition-typed">
      <select
        className="field condition-kind"
        aria-label="Type of the value"
        value={kind}
        disabled={disabled}
        onChange={(event) => change_(event.target.value as Kind)}
      >
        <option value="text">text</option>
        <option value="number">number</option>
        <option value="flag">yes/no</option>
        <option value="null">null</option>
        <option value="json">JSON</option>
      </select>
      {kind === "text" && <TextValue value={String(value ?? "")} set={set} invalid={invalid} />}
      {kind === "number" && <NumberValue value={Number(value)} set={set} invalid={invalid} />}
      {kind === "flag" && (
        <select
          className="field form-wide"
          aria-label="Value"
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
          <AnyControl label="Value" value={value} change={(next) => set(next ?? null)} lines={1} invalid={invalid} />
        </span>
      )}
    </span>
  );
}

interface Typed<T> {
  value: T;
  set: (value: unknown) => void;
  invalid: boolean;
}

function TextValue({ value, set, invalid }: Typed<string>) {
  const { disabled } = useForm();
  return (
    <input
      className="field form-wide"
      aria-label="Value"
      value={value}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      onChange={(event) => set(event.target.value)}
    />
  );
}

function NumberValue({ value, set, invalid }: Typed<number>) {
  const { disabled } = useForm();
  return (
    <input
      className="field form-wide"
      type="number"
      step="any"
      aria-label="Value"
      defaultValue={value}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      onChange={(event) => event.target.value !== "" && set(Number(event.target.value))}
    />
  );
}

/** Elements of a list, one on each line; whatever is no plain text or number is written as JSON. */
function Elements({ value, set, invalid }: { value: unknown; set: (value: unknown) => void; invalid: boolean }) {
  const { disabled } = useForm();
  const plain =
    Array.isArray(value) &&
    (value.every((item) => typeof item === "string" && !item.includes("\n")) ||
      value.every((item) => typeof item === "number"));
  if (!plain && value !== undefined)
    return <AnyControl label="Values" value={value} change={(next) => set(next ?? [])} lines={2} invalid={invalid} />;
  const items = (value ?? []) as (string | number)[];
  const numbers = items.length > 0 && items.every((item) => typeof item === "number");
  const read = (text: string) => {
    const lines = text.split("\n");
    const asNumbers = numbers && lines.every((line) => line.trim() === "" || Number.isFinite(Number(line)));
    return asNumbers ? lines.filter((line) => line.trim() !== "").map(Number) : text === "" ? [] : lines;
  };
  return (
    <>
      <textarea
        className="field form-lines"
        aria-label="Values, one on each line"
        placeholder="One on each line"
        rows={Math.max(2, items.length)}
        defaultValue={items.join("\n")}
        disabled={disabled}
        aria-invalid={invalid || undefined}
        onChange={(event) => set(read(event.target.value))}
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
