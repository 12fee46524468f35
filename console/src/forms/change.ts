// Changes of a config, as plain functions: nothing that was there is touched besides what is named, and the order of keys stays.

/** With a key set, or taken out by `undefined`. A key keeps its place. */
export function withKey(object: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  if (value !== undefined) return { ...object, [key]: value };
  const { [key]: _, ...rest } = object;
  return rest;
}

/** With a key renamed, in its place. A name that is taken already stays as it is. */
export function withName(object: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  if (from === to || to in object) return object;
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key === from ? to : key, value]));
}

export function withItem<T>(list: readonly T[], at: number, value: T): T[] {
  return list.map((item, index) => (index === at ? value : item));
}

export function withoutItem<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, index) => index !== at);
}

/** With an element one place nearer to the beginning (-1) or the end (1). */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const other = at + by;
  const [one, two] = [list[at], list[other]];
  if (one === undefined || two === undefined) return [...list];
  return list.map((item, index) => (index === at ? two : index === other ? one : item));
}

/** A name that an object does not have yet. */
export function freshName(object: Record<string, unknown>, wish: string): string {
  if (!(wish in object)) return wish;
  let count = 2;
  while (`${wish}_${count}` in object) count += 1;
  return `${wish}_${count}`;
}
