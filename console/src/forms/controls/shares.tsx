// The groups of a split: a name and a weight each, with the share that the weight gives.
import { useEffect, useState } from "react";
import { Button, IconButton } from "../../ui/button";
import { withItem, withKey, withoutItem } from "../change";
import { useForm } from "../context";
import type { ControlProps } from "../field";
import { isObject } from "../schema";
import { NumberInput } from "./simple";
import "./shares.css";

const SHAPE = { whole: false, least: 0 };

/** The share of each group, 0 to 1; nothing for weights that are none. */
export function sharesOf(groups: readonly unknown[]): (number | undefined)[] {
  const weights = groups.map((group) => {
    const weight = isObject(group) ? (group.weight ?? 1) : undefined;
    return typeof weight === "number" && weight > 0 && Number.isFinite(weight) ? weight : undefined;
  });
  const sum = weights.reduce<number>((all, weight) => all + (weight ?? 0), 0);
  return weights.map((weight) => (weight === undefined ? undefined : weight / sum));
}

export function percent(share: number | undefined): string {
  if (share === undefined) return "—";
  const percents = share * 100;
  return `${percents >= 10 || Number.isInteger(percents) ? Math.round(percents) : percents.toFixed(1)} %`;
}

export function SharesControl(props: ControlProps) {
  const { id, value, change, path } = props;
  const { disabled, problems } = useForm();
  const groups: unknown[] = Array.isArray(value) ? value : [];
  const shares = sharesOf(groups);
  const add = () => {
    const names = new Set(groups.map((group) => isObject(group) && group.name));
    const name = [..."abcdefghijklmnop"].find((letter) => !names.has(letter)) ?? "";
    const begun =
      groups.length === 0
        ? [
            { name: "a", weight: 1 },
            { name: "b", weight: 1 },
          ]
        : [...groups, { name, weight: 1 }];
    change(begun);
  };
  return (
    <div className="form-list">
      {groups.map((group, at) => {
        const fields = isObject(group) ? group : {};
        const set = (name: string, next: unknown) => change(withItem(groups, at, withKey(fields, name, next)));
        const wrong = ["name", "weight"].flatMap((name) => problems.get(`${path}[${at}].${name}`) ?? []);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group's name changes while it is written, its place does not.
          <div key={at} className="shares-row">
            <NameInput
              label={`Group ${at + 1}: name`}
              value={typeof fields.name === "string" ? fields.name : ""}
              change={(name) => set("name", name)}
              invalid={wrong.length > 0}
            />
            <span className="shares-weight">
              <NumberInput
                label={`Group ${at + 1}: weight`}
                value={fields.weight}
                change={(next) => set("weight", next)}
                shape={SHAPE}
                standard={1}
                wide
              />
            </span>
            <meter className="shares-meter" value={shares[at] ?? 0} aria-label={`Group ${at + 1}: share`} />
            <output className="number">{percent(shares[at])}</output>
            {!disabled && (
              <IconButton
                icon="x"
                label={`Remove group ${at + 1}`}
                disabled={groups.length <= 2}
                onClick={() => change(withoutItem(groups, at))}
              />
            )}
            {wrong.map((problem) => (
              <p key={problem} className="form-problem shares-problem">
                {problem}
              </p>
            ))}
          </div>
        );
      })}
      {!disabled && (
        <Button
          id={groups.length === 0 ? id : undefined}
          icon="plus"
          className="form-add"
          disabled={groups.length >= 16}
          onClick={add}
        >
          {groups.length === 0 ? "Two groups" : "Add a group"}
        </Button>
      )}
    </div>
  );
}

interface NameProps {
  label: string;
  value: string;
  change: (name: string) => void;
  invalid: boolean;
}

/** The name of a group. It is taken once it is written, since links follow a group to its name, and not to each letter of it. */
function NameInput({ label, value, change, invalid }: NameProps) {
  const { disabled } = useForm();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const take = () => {
    if (text === "") setText(value);
    else if (text !== value) change(text);
  };
  return (
    <input
      className="field"
      aria-label={label}
      value={text}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === "Enter" && take()}
    />
  );
}
