// The one viewer of payloads: a tree that folds. All of it is text, never HTML. The keys that move in it are in `payload-keys.ts`.
import { memo, useId, useLayoutEffect, useRef, useState } from "react";
import { exactOf, exactText } from "../api/exact";
import { Copy } from "./copy";
import { Icon } from "./icon";
import { keysOf, pathOf, templatePath } from "./paths";
import { current, press } from "./payload-keys";
import { cutOf, MANY, rest, spoken } from "./payload-text";
import "./payload.css";

export { changes } from "./payload-text";

/** How a payload differs from the one before: paths (see `pathOf`) that are new or have another value. */
export type Changed = ReadonlySet<string>;

interface Props {
  value: unknown;
  changed?: Changed;
  /** What the payload is, for those who do not see where it stands. */
  label?: string;
}

/** One stop for the Tab key, however many lines there are: arrows move among them. */
export const Payload = memo(function Payload({ value, changed, label = "Payload" }: Props) {
  const tree = useRef<HTMLDivElement>(null);
  const keys = useId();
  const [said, say] = useState("");
  // The line that Tab leads to may be gone with another payload: then it is the first one.
  useLayoutEffect(() => {
    if (tree.current) current(tree.current);
  });
  return (
    <div className="payload mono">
      <div
        role="tree"
        aria-label={label}
        aria-describedby={keys}
        ref={tree}
        onFocus={({ currentTarget, target }) => current(currentTarget, target)}
        onKeyDown={(event) => press(event, say)}
      >
        <Node value={value} path="" depth={0} at={0} of={1} changed={changed} />
      </div>
      <span className="sr-only" id={keys}>
        C copies the value, P its path.
      </span>
      <span className="sr-only" role="status">
        {said}
      </span>
    </div>
  );
});

interface NodeProps {
  name?: string | number;
  value: unknown;
  /** A number's digits, where JavaScript keeps fewer. */
  exact?: string;
  path: string;
  depth: number;
  /** Which one of how many it is beside its siblings. */
  at: number;
  of: number;
  changed?: Changed;
}

const Node = memo(function Node({ name, value, exact, path, depth, at, of, changed }: NodeProps) {
  // Of a long list, the first ones are open: hundreds that come at once would be thousands of lines.
  const [open, setOpen] = useState(depth < 3 && at < MANY);
  const [shown, setShown] = useState(MANY);
  const isChanged = changed?.has(path) ?? false;
  const label =
    name === undefined ? null : (
      <span className="payload-key">
        <bdi>{name}</bdi>:{" "}
      </span>
    );
  const line = {
    className: `payload-line ${isChanged ? "changed" : ""}`,
    "aria-label": `${spoken(name, value, exact)}${isChanged ? ", changed" : ""}`,
    "aria-level": depth + 1,
    "aria-posinset": at + 1,
    "aria-setsize": of,
  };
  if (value === null || typeof value !== "object") {
    return (
      <div role="treeitem" tabIndex={-1} {...line}>
        {label}
        <Leaf value={value} exact={exact} />
        <Tools path={path} value={value} exact={exact} />
      </div>
    );
  }
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <>
      <div role="treeitem" tabIndex={-1} aria-expanded={open} {...line}>
        <button type="button" tabIndex={-1} className="payload-fold" onClick={() => setOpen(!open)}>
          <Icon name={open ? "chevronDown" : "chevronRight"} size={12} />
          {label}
          <span className="muted">{size}</span>
        </button>
        <Tools path={path} value={value} />
      </div>
      {open && (
        <div className="payload-inner" role="none">
          {entries.slice(0, shown).map(([key, item], index) => (
            <Node
              key={key}
              name={key}
              value={item}
              exact={exactOf(value, key)}
              path={pathOf(path, key)}
              depth={depth + 1}
              at={index}
              of={entries.length}
              changed={changed}
            />
          ))}
          {entries.length > shown && (
            <div role="treeitem" tabIndex={-1} className="payload-line" aria-level={depth + 2}>
              <button type="button" tabIndex={-1} className="payload-more" onClick={() => setShown(shown + 8 * MANY)}>
                {(entries.length - shown).toLocaleString("en-US")} more
              </button>
            </div>
          )}
        </div>
      )}
    </>
  );
});

function Leaf({ value, exact }: { value: unknown; exact?: string }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string")
    return <span className="payload-plain">{exact ?? JSON.stringify(value) ?? "undefined"}</span>;
  const cut = whole ? undefined : cutOf(value);
  return (
    <span className="payload-text">
      {/* A text may turn its direction: that ends where the text ends. */}
      <bdi>"{cut ?? value}"</bdi>
      {cut !== undefined && (
        <button type="button" tabIndex={-1} className="payload-more" onClick={() => setWhole(true)}>
          {rest(value)}
        </button>
      )}
    </span>
  );
}

function Tools({ path, value, exact }: { path: string; value: unknown; exact?: string }) {
  const named = path ? templatePath(keysOf(path)) : undefined;
  return (
    <span className="payload-tools">
      {named && <Copy text={`{{ ${named} }}`} label={`Copy the path {{ ${named} }}`} tabIndex={-1} data-key="p" />}
      <Copy
        text={() => (typeof value === "string" ? value : (exact ?? exactText(value)))}
        label="Copy the value"
        tabIndex={-1}
        data-key="c"
      />
    </span>
  );
}
