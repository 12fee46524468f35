// What differs between two canvases, as a list by cell and field.
import { useEffect, useRef } from "react";
import { conditionWords, isCondition } from "../forms/condition-words";
import { Icon, type IconName } from "../ui/icon";
import type { Cells } from "./model/cells";
import { type CellChange, type FieldChange, fieldWords, isLook, isLookField, titleOf } from "./model/diff";

const ICONS: Record<CellChange["kind"], IconName> = { added: "plus", removed: "trash", changed: "settings" };
const WORDS: Record<CellChange["kind"], string> = { added: "new", removed: "gone", changed: "changed" };
/** Of a long value, so many letters are shown. */
const MOST = 200;
/** So much of what both have alike stands before the first difference. */
const ALIKE = 24;

function wordsOf(value: unknown): string {
  if (value === undefined) return "—";
  if (typeof value === "string") return value;
  return isCondition(value) ? conditionWords(value) : (JSON.stringify(value) ?? "—");
}

/** Two values that differ, each cut so that the first difference is seen. */
export function shortlyBoth(before: unknown, after: unknown): [string, string] {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  if (Math.max(old.length, now.length) <= MOST) return [old, now];
  let alike = 0;
  while (alike < old.length && old[alike] === now[alike]) alike++;
  const from = alike > 2 * ALIKE ? alike - ALIKE : 0;
  const shown = (text: string) =>
    `${from > 0 ? "…" : ""}${text.slice(from, from + MOST)}${text.length > from + MOST ? "…" : ""}`;
  return [shown(old), shown(now)];
}

/** `3 new, 1 changed, 2 gone`, without what was only moved. */
export function summary(changes: readonly CellChange[]): string {
  const real = changes.filter((change) => !isLook(change));
  const parts = (["added", "changed", "removed"] as const).map((kind) => {
    const count = real.filter((change) => change.kind === kind).length;
    return count > 0 ? `${count} ${WORDS[kind]}` : "";
  });
  return parts.filter(Boolean).join(", ") || (changes.length > 0 ? "only the look" : "nothing");
}

interface Props {
  changes: readonly CellChange[];
  before: Cells;
  after: Cells;
  /** Which one is pointed at: it is brought into view. */
  chosen?: string;
  choose?: (key: string) => void;
}

export function ChangesList({ changes, before, after, chosen, choose }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (chosen !== undefined) list.current?.querySelector(".is-chosen")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <ul className="changes" ref={list}>
      {changes.map((change) => (
        <li key={change.key} className={`change ${change.kind} ${change.key === chosen ? "is-chosen" : ""}`}>
          <button
            type="button"
            className="change-head"
            aria-pressed={choose && change.key === chosen}
            onClick={() => choose?.(change.key)}
            disabled={!choose}
          >
            <Icon name={ICONS[change.kind]} size={14} />
            <span className="grow cut">{titleOf(change, change.after ? after : before)}</span>
            <span className="small">{isLook(change) && change.kind === "changed" ? "moved" : WORDS[change.kind]}</span>
          </button>
          <FieldsList fields={change.fields} />
        </li>
      ))}
    </ul>
  );
}

/** The fields that differ, with what was and what is. Where something stands on the canvas is not told in numbers. */
export function FieldsList({ fields }: { fields: readonly FieldChange[] }) {
  const shown = fields.filter((field) => !isLookField(field));
  if (shown.length === 0) return null;
  return (
    <dl className="change-fields">
      {shown.map((field) => (
        <Field key={field.field} {...field} />
      ))}
    </dl>
  );
}

function Field({ field, before, after }: FieldChange) {
  const [old, now] = shortlyBoth(before, after);
  return (
    <div>
      <dt>{fieldWords(field)}</dt>
      <dd>
        {before !== undefined && <del className="mono">{old}</del>}
        {before !== undefined && <span className="change-to"> → </span>}
        {after === undefined ? <span className="muted">taken out</span> : <ins className="mono">{now}</ins>}
      </dd>
    </div>
  );
}
