// Light or dark: by the system, unless the person has chosen.
export type Theme = "system" | "light" | "dark";

const KEY = "rookery.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(chosen: Theme) {
  localStorage.setItem(KEY, chosen);
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
