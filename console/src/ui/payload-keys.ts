// The keys of a payload's tree. It is one stop for the Tab key; arrows move among its lines, as ARIA's pattern of a tree has it. Which line that
// is stands in the page alone: a payload has thousands of lines, and none of them is drawn anew when somebody moves.
import type { KeyboardEvent } from "react";

const LINES = "[role=treeitem]";

/** Makes a line, or that which an element is in, the one that Tab leads to; without one, the line that is it already, or the first. */
export function current(tree: HTMLElement, target?: Element): void {
  const line = target?.closest<HTMLElement>(LINES);
  const old = tree.querySelector<HTMLElement>(`${LINES}[tabindex="0"]`);
  const next = line ?? old ?? tree.querySelector<HTMLElement>(LINES);
  if (!next || next === old) return;
  if (old) old.tabIndex = -1;
  next.tabIndex = 0;
}

const levelOf = (line: Element | undefined) => Number(line?.getAttribute("aria-level") ?? 0);

/** Where an arrow leads from the line at `at`: to a line, or to nothing. */
function next(lines: HTMLElement[], at: number, key: string): HTMLElement | undefined {
  const line = lines[at];
  const isOpen = line?.getAttribute("aria-expanded") === "true";
  if (key === "ArrowDown") return lines[at + 1];
  if (key === "ArrowUp") return lines[at - 1];
  if (key === "Home") return lines[0];
  if (key === "End") return lines.at(-1);
  if (key === "ArrowRight" && isOpen) return levelOf(lines[at + 1]) > levelOf(line) ? lines[at + 1] : undefined;
  if (key === "ArrowLeft" && !isOpen) return lines.slice(0, at).findLast((each) => levelOf(each) < levelOf(line));
  return undefined;
}

/** What a key presses on the line: its fold, its "more", or a button that copies. */
function pressed(line: HTMLElement, key: string): HTMLElement | null {
  const folds = line.getAttribute("aria-expanded");
  if ((key === "ArrowRight" && folds === "false") || (key === "ArrowLeft" && folds === "true")) {
    return line.querySelector(".payload-fold");
  }
  if (key === "Enter" || key === " ") return line.querySelector(".payload-fold, .payload-more");
  return key === "c" || key === "p" ? line.querySelector(`[data-key="${key}"]`) : null;
}

const SAYS: Record<string, string> = { c: "The value is copied.", p: "The path is copied." };

export function press(event: KeyboardEvent<HTMLElement>, say: (what: string) => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>(LINES)];
  const line = event.target instanceof Element ? event.target.closest<HTMLElement>(LINES) : null;
  if (!line) return;
  const button = pressed(line, event.key);
  const to = next(lines, lines.indexOf(line), event.key);
  if (button) {
    // Lines that were added stand where "more" was: the focus goes on with the first of them.
    const before = line.previousElementSibling;
    button.click();
    say(SAYS[event.key] ?? "");
    requestAnimationFrame(() => {
      if (!line.isConnected) (before?.nextElementSibling as HTMLElement | null)?.focus();
    });
  } else if (to) {
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  } else if (!/^(Arrow|Home|End)/.test(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
}
