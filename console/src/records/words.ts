// What is said of records, segments and lists, and what is read from their forms. Pure.
import { byField } from "../forms/context";
import { isObject } from "../forms/schema";

/** The kinds that every project has; others are made by writing such a record. */
export const KINDS = ["person", "mention", "company"];

/** How far a segment is filled: `filling, 1,200 of 5,000`. */
export function progressWords(state: string, { done, total }: { done: number; total: number }): string {
  if (state === "ready") return state;
  return `${state}, ${done.toLocaleString("en")} of ${Math.max(done, total).toLocaleString("en")}`;
}

/** The stages of a list as they are written in its form: one in each line. Empty lines and doubles are left out. */
export function stagesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** The attributes that somebody wrote as JSON; or what is wrong with it. */
export function attributesOf(text: string): { attributes: Record<string, unknown> } | { wrong: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { attributes: value } : { wrong: 'Write an object, like {"name": "Ada"}.' };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

/** What the server says is wrong with a segment, by the field of the form. */
export function problemsOf(meta: unknown, message: string): Map<string, string[]> {
  const field = isObject(meta) && typeof meta.field === "string" ? meta.field : undefined;
  return byField(field?.startsWith("condition") ? [{ field: `config.${field}`, message }] : []);
}

/** The kinds to choose from: those that are known, and those of what is there. */
export function kindsOf(...groups: readonly { kind: string }[][]): string[] {
  const found = new Set(groups.flat().map(({ kind }) => kind));
  return [...KINDS, ...[...found].filter((kind) => !KINDS.includes(kind)).sort()];
}
