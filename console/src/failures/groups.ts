// Failures by agent and code: what broke once and failed a hundred times is one thing to mend.
import type { FailureRow } from "../runs/reads";

export interface Group {
  key: string;
  workflow: string;
  cell: string;
  code: string;
  /** The message of the latest. */
  message: string;
  rows: FailureRow[];
  /** How many have other messages. */
  others: number;
  /** The versions that failed, the newest first. */
  versions: number[];
  /** When the latest failed. */
  latest: string;
}

/** The groups of failures, the one that failed last first. */
export function groupsOf(rows: FailureRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const of = row.workflow_id;
    const key = JSON.stringify([of, row.cell_id, row.code]);
    const group = groups.get(key);
    const versions = typeof row.version === "number" ? [row.version] : [];
    if (group) {
      group.rows.push(row);
      group.versions = [...new Set([...group.versions, ...versions])].sort((a, b) => b - a);
      if (row.message !== group.message) group.others += 1;
      if (row.failed_at > group.latest) group.latest = row.failed_at;
    } else {
      const first = { key, workflow: of, cell: row.cell_id, code: row.code, message: row.message };
      groups.set(key, { ...first, rows: [row], others: 0, versions, latest: row.failed_at });
    }
  }
  return [...groups.values()];
}

/** The chosen ones with some more, or without them. */
export function choose(chosen: ReadonlySet<string>, ids: string[], is: boolean): ReadonlySet<string> {
  const next = new Set(chosen);
  for (const id of ids) {
    if (is) next.add(id);
    else next.delete(id);
  }
  return next;
}
