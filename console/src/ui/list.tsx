// Lists: rows of one line. `j` and `k` move, `Enter` opens. A page has a fixed number of rows, so that what was found is found again.
import { type CSSProperties, type ReactNode, type RefObject, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useFilter, useParam } from "../url";
import { Button } from "./button";
import "./list.css";

export interface Column<Row> {
  /** The heading, and the column's name. */
  title: string;
  /** A width of CSS grid, like `90px` or `minmax(120px, 1fr)`. */
  width: string;
  cell: (row: Row) => ReactNode;
  number?: boolean;
  /** Shown where there is room: not on a phone; `very` only where there is much. */
  wide?: boolean | "very";
  /** Whether the heading is only read out, like that of a column of buttons. */
  unseen?: boolean;
}

interface Props<Row> {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  id: (row: Row) => string;
  /** Where a row leads. */
  to?: (row: Row) => string;
  selected?: string;
  /** What more a row's class says of it. */
  look?: (row: Row) => string;
}

/** `j` and `k` move among the rows of a list, whatever stands between them. */
export function useRowKeys(body: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const move = (event: KeyboardEvent) => {
      if ((event.key !== "j" && event.key !== "k") || isTyping(event.target)) return;
      const links = [...(body.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
      const at = links.indexOf(document.activeElement as HTMLElement);
      links[at === -1 ? 0 : at + (event.key === "j" ? 1 : -1)]?.focus();
    };
    window.addEventListener("keydown", move);
    return () => window.removeEventListener("keydown", move);
  }, [body]);
}

/** A list whose columns need more than this, in pixels, has few of them where there is no room for all. */
const MANY = 640;

/** What columns need at least, with what is between them. */
export function leastOf(widths: string[]): number {
  const least = widths.map((width) => Number(/\d+/.exec(width)?.[0] ?? 0));
  return least.reduce((sum, each) => sum + each + 16, 8);
}

export function List<Row>({ label, rows, columns, id, to, selected, look: lookOf }: Props<Row>) {
  const [, go] = useLocation();
  const body = useRef<HTMLDivElement>(null);
  const widths = (shown: Column<Row>[]) => shown.map((column) => column.width).join(" ");
  const template = {
    "--columns": widths(columns),
    "--columns-middle": widths(columns.filter((column) => column.wide !== "very")),
    "--columns-narrow": widths(columns.filter((column) => !column.wide)),
  } as CSSProperties;
  const isMany = leastOf(columns.map((column) => column.width)) > MANY;
  const room = (column: Column<Row>) => (column.wide === "very" ? "wide very" : column.wide ? "wide" : "");
  const look = (column: Column<Row>, cut: string) => `${column.number ? "number" : cut} ${room(column)}`;
  useRowKeys(body);
  return (
    <div className={`list ${isMany ? "is-many" : ""}`} role="table" aria-label={label} ref={body}>
      <div className="list-head" role="row" style={template}>
        {columns.map((column) => (
          <span key={column.title} role="columnheader" className={look(column, "")}>
            {column.unseen ? <span className="sr-only">{column.title}</span> : column.title}
          </span>
        ))}
      </div>
      {rows.map((row) => (
        <div
          key={id(row)}
          role="row"
          data-row
          tabIndex={to ? 0 : -1}
          className={`list-row ${selected === id(row) ? "selected" : ""} ${to ? "opens" : ""} ${lookOf?.(row) ?? ""}`}
          aria-selected={selected === undefined ? undefined : selected === id(row)}
          style={template}
          onClick={(event) => to && isPlain(event.currentTarget, event.target) && go(to(row))}
          onKeyDown={(event) => event.key === "Enter" && event.target === event.currentTarget && to && go(to(row))}
        >
          {columns.map((column) => (
            <span key={column.title} role="cell" className={look(column, "cut")}>
              {column.cell(row)}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}

/** Whether keys are for a field that somebody types into. */
export function isTyping(target: EventTarget | null) {
  const element = target as HTMLElement | null;
  return !!element?.closest?.(
    "input, textarea, select, [contenteditable=true], .cm-editor, dialog, [role=dialog], [role=menu]",
  );
}

/** Whether a click was on the row itself: not on a control in it, nor in a menu or a question that stands elsewhere and belongs to it. */
function isPlain(row: Element, target: EventTarget) {
  return target instanceof Element && row.contains(target) && !target.closest("a, button, input, label");
}

/** The way through the pages of a list: the cursors that were passed are in the address. */
export function Pages({ next }: { next: string | null | undefined }) {
  const [at, setAt] = useParam("cursor");
  if (!at && !next) return null;
  return (
    <div className="pages">
      <Button disabled={!at} onClick={() => setAt(undefined)}>
        Newest
      </Button>
      <Button disabled={!next} onClick={() => setAt(next ?? undefined, true)}>
        Older
      </Button>
    </div>
  );
}

/** Filters: a chip each. The chosen one is in the address. */
export function Chips({
  name,
  label,
  choices,
}: {
  name: string;
  label: string;
  choices: [string | undefined, string][];
}) {
  const [chosen, choose] = useFilter(name);
  return (
    <fieldset className="chips">
      <legend className="sr-only">{label}</legend>
      {choices.map(([value, text]) => (
        <button
          key={value ?? ""}
          type="button"
          className="chip"
          aria-pressed={chosen === value}
          onClick={() => choose(value === chosen ? undefined : value)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
