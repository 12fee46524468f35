// A path into the payload, with those of the last event offered, and what stands there.
import { useId, useMemo } from "react";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import { pathsOf, plainPath, sample, valueAt } from "../paths";

export function PathControl({ id, label, value, change, required, invalid, describedBy }: ControlProps) {
  const text = typeof value === "string" ? value : "";
  return (
    <>
      <PathInput
        id={id}
        label={label}
        value={text}
        change={(written) => change(written === "" && !required ? undefined : written)}
        invalid={invalid}
        describedBy={describedBy}
      />
      <Standing path={text} />
    </>
  );
}

interface PathProps {
  id?: string;
  label: string;
  value: string;
  change: (value: string) => void;
  invalid?: boolean;
  describedBy?: string;
}

export function PathInput({ id, label, value, change, invalid, describedBy }: PathProps) {
  const { disabled, event } = useForm();
  const list = useId();
  const payload = event?.payload;
  const paths = useMemo(
    () => pathsOf(payload, 300).map(({ keys, value: found }) => ({ path: plainPath(keys), about: sample(found) })),
    [payload],
  );
  return (
    <>
      <input
        id={id}
        className="field mono form-wide"
        aria-label={label}
        placeholder={paths[0]?.path ?? "order.total"}
        list={list}
        value={value}
        disabled={disabled}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(change_) => change(change_.target.value)}
      />
      <datalist id={list}>
        {paths.map(({ path, about }) => (
          <option key={path} value={path} label={about} />
        ))}
      </datalist>
    </>
  );
}

/** What the last event has there. */
export function Standing({ path }: { path: string }) {
  const { event } = useForm();
  if (event?.payload === undefined || path === "") return null;
  const value = valueAt(event.payload, path);
  return (
    <p className="form-last mono">
      <span className="muted">last: </span>
      {value === undefined ? "nothing is there" : sample(value)}
    </p>
  );
}
