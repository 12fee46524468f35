// What differs between two canvases, as a list by cell and field.
import { Icon, type IconName } from "../ui/icon";
import type { Cells } from "./model/cells";
import { type CellChange, isLook, titleOf } from "./model/diff";

const ICONS: Record<CellChange["kind"], IconName> = { added: "plus", removed: "trash", changed: "settings" };
const WORDS: Record<CellChange["kind"], string> = { added: "new", removed: "gone", changed: "changed" };
const MOST = 60;

/** A value in so many letters at most. */
export function shortly(value: unknown): string {
  if (value === undefined) return "—";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "—");
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
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
  choose?: (key: string) => void;
}

export function ChangesList({ changes, before, after, choose }: Props) {
  return (
    <ul className="changes">
      {changes.map((change) => (
        <li key={change.key} className={`change ${change.kind}`}>
          <button type="button" className="change-head" onClick={() => choose?.(change.key)} disabled={!choose}>
            <Icon name={ICONS[change.kind]} size={14} />
            <span className="grow cut">{titleOf(change, change.after ? after : before)}</span>
            <span className="small">{isLook(change) && change.kind === "changed" ? "moved" : WORDS[change.kind]}</span>
          </button>
          {change.fields.length > 0 && !isLook(change) && (
            <dl className="change-fields">
              {change.fields.map(({ field, before: old, after: now }) => (
                <div key={field}>
                  <dt className="mono">{field}</dt>
                  <dd>
                    <del className="mono">{shortly(old)}</del> <ins className="mono">{shortly(now)}</ins>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  );
}
