// Logs that say the same one after another, as one entry: an agent that fails a thousand times says one thing. Pure.

export interface Folded<Entry> {
  /** The first of them in the list, which is the newest. */
  entry: Entry;
  times: number;
}

export function folded<Entry extends { lines: readonly string[] }>(entries: readonly Entry[]): Folded<Entry>[] {
  const found: Folded<Entry>[] = [];
  let before: string | undefined;
  for (const entry of entries) {
    const text = entry.lines.join("\n");
    const last = found.at(-1);
    if (last && text === before) last.times += 1;
    else found.push({ entry, times: 1 });
    before = text;
  }
  return found;
}
