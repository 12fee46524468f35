// Parts of the console that are loaded when they are first shown.
import { lazy, type ReactNode } from "react";

/** A part that is loaded when it is first shown. While the network is away, the part waits for it, and nothing else is disturbed. */
export function part<Props>(load: () => Promise<{ default: (props: Props) => ReactNode }>) {
  return lazy(() => patiently(load));
}

/** Loads something; if that fails while the network is away, once more when it is back. Chromium may remember the failure: then that is told. */
export async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (navigator.onLine) throw error;
      await new Promise((back) => window.addEventListener("online", back, { once: true }));
      // Vite asks for a style once, even if it did not come.
      for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
        if (!link.sheet) link.replaceWith(link.cloneNode());
      }
    }
  }
}
