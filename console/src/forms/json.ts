// JSON that somebody writes: what it means, or on which line it is wrong.

export type Read = { value: unknown } | { problem: string };

export function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const line = text.slice(0, at).split("\n").length;
    const what = message
      .replace(/ in JSON at position.*$|\s*\(line \d+ column \d+\)$/s, "")
      .replace(/^JSON\.parse: /, "");
    return { problem: `Line ${line}: ${what}.` };
  }
}

export function writeJson(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}
