// The one viewer of payloads: a tree that folds. All of it is text, never HTML. Long texts are cut, with their length.
import { memo, useState } from "react";
import { Copy } from "./copy";
import { Icon } from "./icon";
import "./payload.css";

/** Texts longer than this are cut until somebody wants all. */
const LONG = 300;
/** Of lists and objects, so many elements are shown at first. */
const MANY = 25;

/** How a payload differs from the one before: paths (see `pathOf`) that are new or have another value. */
export type Changed = ReadonlySet<string>;

/** The path of an element, as templates write it. */
export function pathOf(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  if (/^[A-Za-z_][\w-]*$/.test(key)) return parent ? `${parent}.${key}` : key;
  return `${parent}[${JSON.stringify(key)}]`;
}

export const Payload = memo(function Payload({ value, changed }: { value: unknown; changed?: Changed }) {
  return (
    <div className="payload mono">
      <Node value={value} path="" depth={0} changed={changed} />
    </div>
  );
});

function Node(props: { name?: string | number; value: unknown; path: string; depth: number; changed?: Changed }) {
  const { name, value, path, depth, changed } = props;
  const [open, setOpen] = useState(depth < 3);
  const [shown, setShown] = useState(MANY);
  const label = name === undefined ? null : <span className="payload-key">{name}: </span>;
  const mark = changed?.has(path) ? "changed" : "";
  if (value === null || typeof value !== "object") {
    return (
      <div className={`payload-line ${mark}`}>
        {label}
        <Leaf value={value} />
        <Tools path={path} value={value} />
      </div>
    );
  }
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, at) => [at, item])
    : Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <div>
      <div className={`payload-line ${mark}`}>
        <button type="button" className="payload-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? "chevronDown" : "chevronRight"} size={12} />
          {label}
          <span className="muted">{size}</span>
        </button>
        <Tools path={path} value={value} />
      </div>
      {open && (
        <div className="payload-inner">
          {entries.slice(0, shown).map(([key, item]) => (
            <Node key={key} name={key} value={item} path={pathOf(path, key)} depth={depth + 1} changed={changed} />
          ))}
          {entries.length > shown && (
            <button type="button" className="payload-more" onClick={() => setShown(shown + 8 * MANY)}>
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") return <span className="payload-plain">{JSON.stringify(value) ?? "undefined"}</span>;
  const cut = !whole && value.length > LONG;
  return (
    <span className="payload-text">
      {/* A text may turn its direction: that ends where the text ends. */}
      <bdi>"{cut ? value.slice(0, LONG) : value}"</bdi>
      {cut && (
        <button type="button" className="payload-more" onClick={() => setWhole(true)}>
          … all {value.length.toLocaleString("en-US")} characters
        </button>
      )}
    </span>
  );
}

function Tools({ path, value }: { path: string; value: unknown }) {
  // At the top of a payload, a key with other characters needs the payload's name before it.
  const named = path.startsWith("[") ? `payload${path}` : path;
  return (
    <span className="payload-tools">
      {path && <Copy text={`{{ ${named} }}`} label={`Copy the path {{ ${named} }}`} />}
      <Copy
        text={() => (typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? ""))}
        label="Copy the value"
      />
    </span>
  );
}

/** The paths of `after` that are new or differ from `before`. */
export function changes(before: unknown, after: unknown, path = "", found = new Set<string>()): Set<string> {
  if (before === after) return found;
  const both = [before, after].every((value) => value !== null && typeof value === "object");
  if (!both || Array.isArray(before) !== Array.isArray(after)) {
    found.add(path);
    return found;
  }
  for (const [key, item] of Object.entries(after as object)) {
    const name = Array.isArray(after) ? Number(key) : key;
    changes((before as Record<string, unknown>)[key], item, pathOf(path, name), found);
  }
  return found;
}
