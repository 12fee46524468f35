// Rows that stay where they are. A list is read again and again; what it shows changes in place, and new rows are counted until somebody wants
// to see them.

export interface Held<Row> {
  /** The rows that were there when the list was opened, as they are now. */
  rows: Row[];
  /** Those that the list does not have any more, by their id. */
  gone: ReadonlySet<string>;
  /** How many rows have come since. */
  fresh: number;
}

/** Holds the rows `held` against the `latest` of the same list. */
export function hold<Row>(held: Row[], latest: Row[], id: (row: Row) => string): Held<Row> {
  const now = new Map(latest.map((row) => [id(row), row]));
  const known = new Set(held.map(id));
  const rows = held.map((row) => now.get(id(row)) ?? row);
  // Rows behind the last one of the page may have been moved to the next page by new ones.
  const last = rows.findLastIndex((row) => now.has(id(row)));
  const fresh = latest.filter((row) => !known.has(id(row)));
  const pushed = Math.min(fresh.length, rows.length);
  const certain = fresh.length === 0 ? rows.length : Math.max(last, rows.length - pushed);
  const gone = rows.filter((row, at) => at < certain && !now.has(id(row))).map(id);
  return { rows, gone: new Set(gone), fresh: fresh.length };
}

/** The rows of a page of which the first ones were read again. `isAll`: there are no others any more. */
export function withHead<Row>(head: Row[], isAll: boolean, page: Row[], id: (row: Row) => string): Row[] {
  if (isAll) return head;
  const again = new Set(head.map(id));
  return [...head, ...page.slice(page.findLastIndex((row) => again.has(id(row))) + 1)];
}
