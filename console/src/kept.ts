// What the browser keeps of how somebody likes the console. Where it keeps nothing, as with cookies blocked, a choice holds as long as the page.

const here = new Map<string, string>();

export function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return here.get(name);
  }
}

export function keep(name: string, value: string) {
  here.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds as long as the page.
  }
}
