// Long lists: of rows of one height, only those in view are in the page. What somebody looks at stays where it is when rows come in above it.
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import "./virtual.css";

/** The rows from `first` up to, but without, `end` that a view shows, with some more around them. */
export function inView(count: number, size: number, top: number, height: number, more = 8): [number, number] {
  const first = Math.max(0, Math.floor(top / size) - more);
  return [Math.min(first, count), Math.min(count, Math.ceil((top + height) / size) + more)];
}

/** Where to scroll so that a row is in view; none if it is. */
export function reveals(at: number, size: number, top: number, height: number): number | undefined {
  if (at * size < top) return at * size;
  return (at + 1) * size > top + height ? (at + 1) * size - height : undefined;
}

interface Props<Row> {
  rows: Row[];
  /** The height of a row. */
  size: number;
  id: (row: Row) => string;
  row: (row: Row, at: number) => ReactNode;
  /** The row to be in view, whenever another one is chosen. */
  shown?: string;
}

export function Virtual<Row>({ rows, size, id, row, shown }: Props<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const anchor = useRef<string>(undefined);
  const seen = useRef<string>(undefined);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = useCallback(() => {
    const { scrollTop, clientHeight } = box.current ?? { scrollTop: 0, clientHeight: 0 };
    setView((now) =>
      now.top === scrollTop && now.height === clientHeight ? now : { top: scrollTop, height: clientHeight },
    );
  }, []);
  useEffect(() => {
    look();
    if (!box.current || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(look);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [look]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (shown !== seen.current) {
      const at = rows.findIndex((each) => id(each) === shown);
      if (at === -1) return;
      seen.current = shown;
      const to = reveals(at, size, element.scrollTop, element.clientHeight);
      if (to !== undefined) element.scrollTop = to;
    } else if (anchor.current !== undefined && element.scrollTop > 0) {
      const at = rows.findIndex((each) => id(each) === anchor.current);
      const was = Math.floor(element.scrollTop / size);
      if (at !== -1 && at !== was) element.scrollTop += (at - was) * size;
    }
    look();
  }, [rows, shown, id, size, look]);
  const first = rows[Math.floor(view.top / size)];
  useEffect(() => {
    anchor.current = first && id(first);
  });
  const [from, end] = inView(rows.length, size, view.top, view.height);
  return (
    <div className="virtual" ref={box} onScroll={look} role="presentation">
      <div style={{ height: rows.length * size }} className="virtual-all" role="presentation">
        {rows.slice(from, end).map((each, at) => (
          <div
            key={id(each)}
            className="virtual-row"
            role="presentation"
            style={{ top: (from + at) * size, height: size }}
          >
            {row(each, from + at)}
          </div>
        ))}
      </div>
    </div>
  );
}
