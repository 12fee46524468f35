// The name of a key. It is written first and taken when the field is left, so that no other key is overwritten on the way.
import { useEffect, useState } from "react";
import { useForm } from "../context";

interface Props {
  name: string;
  label: string;
  taken: Record<string, unknown>;
  rename: (name: string) => void;
}

export function KeyInput({ name, label, taken, rename }: Props) {
  const { disabled } = useForm();
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  const clash = text !== name && text in taken;
  const done = () => (clash || text === "" ? setText(name) : text !== name && rename(text));
  return (
    <input
      className="field mono form-key"
      aria-label={label}
      aria-invalid={clash || undefined}
      title={clash ? "This name is there already." : undefined}
      value={text}
      disabled={disabled}
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={done}
      onKeyDown={(event) => event.key === "Enter" && done()}
    />
  );
}
