// Keeps the focus on the page. What had it may go: a row that is done with, a panel that closes, a whole page. Whoever works by keyboard then
// goes on nearby, and not at the beginning of everything.
import { useEffect } from "react";

const TABBABLE = ["a[href]", "button", "input", "select", "textarea", "summary", "[tabindex]"]
  .map((kind) => `${kind}:not(:disabled, [tabindex="-1"])`)
  .join();
/** Whoever takes something away may know better where the focus goes: so long it is waited for that. */
const PATIENCE = 250;

/** What had the focus, and where it stood. */
interface Last {
  element: HTMLElement;
  trail: Element[];
  order: HTMLElement[];
  path: string;
}

/** Where to go on: what stands nearest behind what is gone, or before it, in the smallest part of the page that is still there. */
export function nextTo({ element, trail, order }: Pick<Last, "element" | "trail" | "order">): HTMLElement | undefined {
  const at = order.indexOf(element);
  const near = [...order.slice(at + 1), ...order.slice(0, Math.max(at, 0)).reverse()];
  for (const part of trail) {
    if (!part.isConnected || part === document.body || part === document.documentElement) continue;
    const found = near.find((each) => part.contains(each) && isThere(each)) ?? firstOf(part);
    if (found) return found;
  }
  return undefined;
}

function isThere(element: HTMLElement): boolean {
  return element.isConnected && element.matches(TABBABLE) && element.checkVisibility?.() !== false;
}

function firstOf(part: Element): HTMLElement | undefined {
  return [...part.querySelectorAll<HTMLElement>(TABBABLE)].find(isThere);
}

/** Where work begins on another page: what says so of itself, or the heading. */
function beginning(): HTMLElement | undefined {
  const found = document.querySelector<HTMLElement>("[data-begin]") ?? document.querySelector<HTMLElement>("h1");
  if (found && !found.hasAttribute("tabindex")) found.tabIndex = -1;
  return found ?? undefined;
}

export function keepFocus() {
  let last: Last | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    if (!last || document.activeElement !== document.body || isThere(last.element)) return;
    const isElsewhere = last.path !== location.pathname && !last.element.isConnected;
    (isElsewhere ? beginning() : nextTo(last))?.focus();
  };
  document.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const trail: Element[] = [];
    for (let part = target.parentElement; part; part = part.parentElement) trail.push(part);
    const order = [...document.querySelectorAll<HTMLElement>(TABBABLE)];
    last = { element: target, trail, order, path: location.pathname };
  });
  // Whoever clicks where nothing is wants the focus nowhere.
  document.addEventListener("pointerdown", () => {
    setTimeout(() => {
      if (document.activeElement === document.body && last && isThere(last.element)) last = undefined;
    });
  });
  const observer = new MutationObserver(() => {
    if (timer === undefined && last && document.activeElement === document.body) timer = setTimeout(look, PATIENCE);
  });
  observer.observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["disabled", "hidden"],
  });
  return () => observer.disconnect();
}

/** For what takes the focus while it is there: when it goes, the focus goes back. */
export function useFocusBack() {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    };
  }, []);
}
