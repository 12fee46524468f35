// Finding by name: which of many entries fit what was typed, the best ones first.
import type { IconName } from "../ui/icon";

export interface Entry {
  label: string;
  /** What kind of thing it is: `Workflow`, `Agent`, `Place`. */
  kind: string;
  to: string;
  icon?: IconName;
}

/** How well a name fits: 4 it begins so, 3 a word of it does, 2 it holds the text, 1 its letters are there in this order, 0 not at all. */
export function fits(name: string, typed: string): number {
  const [all, text] = [name.toLowerCase(), typed.trim().toLowerCase()];
  if (text === "") return 1;
  const at = all.indexOf(text);
  if (at === 0) return 4;
  if (at > 0)
    return words(all).some((word) => word.startsWith(text)) || /[^\p{L}\p{N}]/u.test(all[at - 1] ?? "") ? 3 : 2;
  let from = 0;
  for (const letter of text) {
    from = all.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 1;
}

function words(text: string) {
  return text.split(/[^\p{L}\p{N}]+/u);
}

/** The entries that fit, best first; of equals, as they came. */
export function find(entries: Entry[], typed: string, most = 50): Entry[] {
  return entries
    .map((entry) => ({ entry, score: fits(entry.label, typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ entry }) => entry);
}
