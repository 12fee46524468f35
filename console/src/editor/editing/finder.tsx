// A small palette at a point of the canvas, or in the midst of it: type, choose with the arrows, Enter. Esc leaves.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "../../ui/icon";
import "../../frame/palette.css";
import "./finder.css";

export interface Option {
  id: string;
  label: string;
  /** Said at the right, in small. */
  hint?: string;
  icon?: IconName;
  colour?: string;
  /** Options with the same shelf stand below its name. */
  shelf?: string;
}

interface Props {
  label: string;
  placeholder: string;
  find: (typed: string) => Option[];
  choose: (id: string) => void;
  close: () => void;
  /** Where it stands, from the upper left corner of the canvas; in the midst without one. */
  at?: { x: number; y: number };
  children?: ReactNode;
}

export function Finder({ label, placeholder, find, choose, close, at, children }: Props) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = find(typed);
  const now = Math.min(chosen, found.length - 1);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  useEffect(() => {
    const before = document.activeElement;
    popup.current?.querySelector("input")?.focus();
    const outside = (event: PointerEvent) => {
      if (!popup.current?.contains(event.target as Node)) close();
    };
    // The click that opened it is over by then.
    const soon = setTimeout(() => document.addEventListener("pointerdown", outside, true));
    return () => {
      clearTimeout(soon);
      document.removeEventListener("pointerdown", outside, true);
      if (before instanceof HTMLElement && !document.activeElement?.matches("input, textarea")) before.focus();
    };
  }, [close]);
  const press = (event: KeyboardEvent) => {
    const option = found[now];
    if (event.key === "Enter" && option) choose(option.id);
    else if (event.key === "ArrowDown") setChosen(Math.min(now + 1, found.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(now - 1, 0));
    else if (event.key === "Escape") close();
    else if (event.key !== "Tab") return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={popup}
      className={at ? "finder" : "finder is-central"}
      role="dialog"
      aria-label={label}
      style={at ? { left: at.x, top: at.y } : undefined}
    >
      <input
        className="palette-input finder-input"
        placeholder={placeholder}
        aria-label={label}
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[now] ? `${id}-${now}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      <div className="palette-list" role="listbox" id={id} aria-label="Found" ref={list}>
        {found.map((option, number) => (
          <Row
            key={option.id}
            id={`${id}-${number}`}
            option={option}
            heads={option.shelf !== undefined && option.shelf !== found[number - 1]?.shelf}
            selected={number === now}
            choose={choose}
          />
        ))}
      </div>
      {found.length === 0 && <p className="muted palette-none">Nothing fits.</p>}
      {children}
    </div>
  );
}

function Row(props: { id: string; option: Option; heads: boolean; selected: boolean; choose: (id: string) => void }) {
  const { id, option, heads, selected, choose } = props;
  return (
    <>
      {heads && (
        <div className="finder-shelf" role="presentation">
          {option.shelf}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above, as a combobox has them. */}
      <div
        id={id}
        role="option"
        aria-selected={selected}
        className={`palette-entry finder-entry of-${option.colour ?? "other"}`}
        onClick={() => choose(option.id)}
      >
        {option.icon && (
          <span className="tile">
            <Icon name={option.icon} size={14} />
          </span>
        )}
        <span className="grow cut" title={option.label}>
          {option.label}
        </span>
        {option.hint && <span className="muted small cut finder-hint">{option.hint}</span>}
      </div>
    </>
  );
}
