// Light or dark: by the system, unless the person has chosen.
import { keep, kept } from "../kept";

export type Theme = "system" | "light" | "dark";

const KEY = "rookery.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const chosen = kept(KEY);
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function setTheme(chosen: Theme) {
  keep(KEY, chosen);
  show();
}

function show() {
  const chosen = theme();
  document.documentElement.dataset.theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
}

/** Shows the theme now, and again when the system's changes. */
export function followTheme() {
  show();
  dark.addEventListener("change", show);
}
