// What the browser keeps of how somebody likes the console. What it does not keep, as with cookies blocked or no room, holds as long as the page.

/** What the browser did not keep. */
const here = new Map<string, string>();

export function kept(name: string): string | undefined {
  if (here.has(name)) return here.get(name);
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: string) {
  try {
    localStorage.setItem(name, value);
    here.delete(name);
  } catch {
    here.set(name, value);
  }
}
