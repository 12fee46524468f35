// The time as the server has it. The clock of somebody's computer may be wrong by hours: ages and windows of time would be wrong then, too.

/** By how many milliseconds the server's clock is ahead of this computer's, as far as its answers tell. */
let ahead = 0;
/** The time that was told last: the same for all who read it until it is told anew. */
let told = Date.now();
const watchers = new Set<() => void>();
setInterval(tell, 5000);

function tell() {
  told = now();
  for (const watcher of watchers) watcher();
}

/** The time now, to the millisecond. */
export function now(): number {
  return Date.now() + ahead;
}

/** The time of just now, which `watch` tells of whenever it is another one. */
export function lately(): number {
  return told;
}

export function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/**
 * Learns from an answer: what its `Date` says, and when it was asked for and came by this computer's clock. A `Date` is of whole seconds, and was
 * written somewhere between the two, so that most answers agree with what is known: then nothing changes.
 */
export function learn(date: string | null, asked: number, came: number) {
  const said = Date.parse(date ?? "");
  if (Number.isNaN(said)) return;
  const next = Math.max(said - came, Math.min(ahead, said + 1000 - asked));
  if (next === ahead) return;
  ahead = next;
  tell();
}
