// What differs between two texts, to be read.
import { useMemo } from "react";
import { diff, shorten } from "./diff";

const SIGNS = { same: " ", old: "−", new: "+" };
const NAMES = { same: "", old: "taken out: ", new: "put in: " };

export function DiffView({ before, after }: { before: string; after: string }) {
  const rows = useMemo(() => shorten(diff(before, after)), [before, after]);
  if (before === after) return <p className="muted">They are the same.</p>;
  return (
    <div className="diff mono">
      {rows.map((row, at) =>
        "gap" in row ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name than their place.
          <div key={at} className="diff-gap muted">
            {row.gap} {row.gap === 1 ? "line" : "lines"} as before
          </div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name than their place.
          <div key={at} className={`diff-line ${row.kind}`}>
            <span className="muted number">{row.number}</span>
            <span aria-hidden="true">{SIGNS[row.kind]}</span>
            <span className="diff-text">
              {row.kind !== "same" && <span className="sr-only">{NAMES[row.kind]}</span>}
              {row.text || " "}
            </span>
          </div>
        ),
      )}
    </div>
  );
}
