// Any JSON, written as JSON. What cannot be read yet is kept here, and said with its line; the config has the last that could.
import { useEffect, useState } from "react";
import { CodeField } from "../../ui/code";
import { problemsBelow, useForm } from "../context";
import type { ControlProps } from "../field";
import { readJson, writeJson } from "../json";
import { useTemplateWords } from "../words";

type Props = Pick<ControlProps, "label" | "value" | "change" | "describedBy"> & {
  schema?: ControlProps["schema"];
  required?: boolean;
  invalid?: boolean;
  lines?: number;
  /** Texts in it are templates. */
  templates?: boolean;
  /** Where it stands, to show what is wrong inside. */
  path?: string;
};

export function AnyControl({ label, schema, value, change, invalid, describedBy, lines = 3, templates, path }: Props) {
  const { disabled, problems } = useForm();
  const inside = path === undefined ? [] : problemsBelow(problems, path);
  const words = useTemplateWords();
  const [text, setText] = useState(() => writeJson(value));
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    setText((now) => (means(now, value) ? now : writeJson(value)));
    setProblem((now) => (now === undefined ? now : undefined));
  }, [value]);
  const write = (written: string) => {
    setText(written);
    if (written.trim() === "") {
      setProblem(undefined);
      change(undefined);
      return;
    }
    const read = readJson(written);
    setProblem("problem" in read ? read.problem : undefined);
    if ("value" in read) change(read.value);
  };
  return (
    <>
      <CodeField
        label={label}
        language="json"
        value={text}
        change={write}
        lines={lines}
        lineNumbers
        disabled={disabled}
        invalid={invalid || problem !== undefined || inside.length > 0}
        describedBy={describedBy}
        placeholder={schema?.default === undefined ? "JSON" : writeJson(schema.default)}
        words={templates ? words : undefined}
      />
      {problem && (
        <p className="form-problem" role="status">
          {problem} The last that could be read is kept.
        </p>
      )}
      {inside.map(({ at, message }) => (
        <p key={`${at} ${message}`} className="form-problem">
          <span className="mono">{at}</span>: {message}
        </p>
      ))}
    </>
  );
}

/** Whether a text says this value already: then what is written stays as it is written. */
function means(text: string, value: unknown): boolean {
  if (text.trim() === "") return value === undefined;
  const read = readJson(text);
  return "value" in read && JSON.stringify(read.value) === JSON.stringify(value);
}
