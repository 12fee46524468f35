// What differs between two texts, line by line.

export interface Line {
  kind: "same" | "old" | "new";
  text: string;
  /** The number of the line in the text that has it; of both, in the newer one. */
  number: number;
}

/** Beyond so many comparisons, the middle is shown as taken out and put in: nobody reads a difference of that size line by line. */
const MOST = 4_000_000;

/** All lines of both texts, in order: first those taken out, then those put in. */
export function diff(before: string, after: string): Line[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const [oldEnd, nowEnd] = [old.length - end, now.length - end];
  const same = (at: number): Line => ({ kind: "same", text: now[at] ?? "", number: at + 1 });
  const lines = Array.from({ length: start }, (_, at) => same(at));
  let [i, j] = [start, start];
  for (const [a, b] of [
    ...common(old.slice(start, oldEnd), now.slice(start, nowEnd)),
    [oldEnd - start, nowEnd - start],
  ]) {
    for (; i < start + (a ?? 0); i++) lines.push({ kind: "old", text: old[i] ?? "", number: i + 1 });
    for (; j < start + (b ?? 0); j++) lines.push({ kind: "new", text: now[j] ?? "", number: j + 1 });
    if (i < oldEnd && j < nowEnd) {
      lines.push(same(j));
      i++;
      j++;
    }
  }
  for (let at = nowEnd; at < now.length; at++) lines.push(same(at));
  return lines;
}

/** Pairs of lines that are equal, the longest such list in order. */
function common(old: string[], now: string[]): [number, number][] {
  if (old.length * now.length > MOST) return [];
  const width = now.length + 1;
  const best = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => best[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      best[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

/** What is shown: what differs, with some lines around it. A gap tells how many lines are left out. */
export function shorten(lines: Line[], around = 3): (Line | { gap: number })[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.kind !== "same"),
  );
  const shown: (Line | { gap: number })[] = [];
  lines.forEach((line, at) => {
    const last = shown.at(-1);
    if (near[at]) shown.push(line);
    else if (last && "gap" in last) last.gap++;
    else shown.push({ gap: 1 });
  });
  return shown;
}
