// The order of what people named: by its name, as they would look for it, since ids have no order that means anything.

export function inOrder<Row extends { name: string }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}
