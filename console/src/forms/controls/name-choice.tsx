// A choice among things of the project that go by their names. One that is not there yet may be chosen already.
import { useForm } from "../context";
import type { ControlProps } from "../field";

interface Props extends Pick<ControlProps, "id" | "label" | "invalid" | "describedBy"> {
  name: string;
  choose: (name: string) => void;
  /** What stands for no choice. */
  none: string;
  /** What is said of a name that none of them has. */
  missing: string;
  options: readonly { name: string; text: string }[];
}

export function NameChoice({ id, label, invalid, describedBy, name, choose, none, missing, options }: Props) {
  const { disabled } = useForm();
  return (
    <select
      id={id}
      aria-label={label}
      className="field form-wide"
      value={name}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      onChange={(event) => choose(event.target.value)}
    >
      <option value="">{none}</option>
      {name !== "" && !options.some((option) => option.name === name) && (
        <option value={name}>
          {name} ({missing})
        </option>
      )}
      {options.map((option) => (
        <option key={option.name} value={option.name}>
          {option.text}
        </option>
      ))}
    </select>
  );
}
