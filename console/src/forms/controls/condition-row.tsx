// One comparison: where, how, and with what.
import { IconButton } from "../../ui/button";
import { OPERATORS, operatorOf, type Row, TYPES, type Wants, wantsOf, withOperator, withPath } from "../condition";
import { useForm } from "../context";
import { valueAt } from "../paths";
import { PathInput, Standing } from "./path";
import { Lines, TypedValue } from "./typed";

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
        {typeof found === "number" && isNumeric(row.value) && row.as == null && !disabled && (
          <label className="row small">
            <input
              type="checkbox"
              className="form-check"
              checked={false}
              onChange={() => change({ ...row, value: Number(row.value) })}
            />
            The event has a number there: compare with a number
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

/** Whether a value is a text that reads as a number. */
function isNumeric(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
}

function without(row: Row, key: string): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== key));
}

function Value({ row, wants, change, invalid }: Pick<Props, "row" | "change"> & { wants: Wants; invalid: boolean }) {
  const { disabled } = useForm();
  const { value } = row;
  const set = (next: unknown) => change({ ...row, value: next });
  if (wants === "list") return <Lines label="Values" value={value} set={set} invalid={invalid} />;
  if (wants !== "type") {
    return <TypedValue label="Value" value={value} set={set} invalid={invalid} textOnly={wants === "text"} />;
  }
  const known = TYPES.includes(String(value));
  return (
    <select
      className="field form-wide"
      aria-label="Type"
      value={String(value ?? "")}
      disabled={disabled}
      onChange={(event) => set(event.target.value)}
    >
      {!known && <option value={String(value ?? "")}>{String(value ?? "choose a type")}</option>}
      {TYPES.map((type) => (
        <option key={type} value={type}>
          {type}
        </option>
      ))}
    </select>
  );
}
