// Paths into a payload, as conditions and as templates write them.

/** The keys that lead to a value, from the top. */
export type Keys = readonly (string | number)[];

/** The path of an element, as conditions write it: `a.b[0]["other key"]`, where a backslash takes the next character as it is. */
export function pathOf(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  if (/^[A-Za-z_][\w-]*$/.test(key)) return parent ? `${parent}.${key}` : key;
  return `${parent}["${key.replace(/["\\]/g, "\\$&")}"]`;
}

/** The keys of such a path. */
export function keysOf(path: string): Keys {
  const steps = path.replace(/^\$\.?/, "").matchAll(/([^.[\]]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/gs);
  return [...steps].map(([, bare, index, quoted = ""]) =>
    index !== undefined ? Number(index) : (bare ?? quoted.replace(/\\(.)/gs, "$1")),
  );
}

/** What these names mean in a template is something else. */
const TAKEN = new Set(["payload", "event", "agent", "now", "due", "true", "false", "nil", "null", "empty", "blank"]);

/**
 * A path as templates write it: keys of the payload are variables, unless their names are taken or have other characters. A key with both kinds
 * of quotes cannot be written: Liquid's texts have no escapes.
 */
export function templatePath(keys: Keys): string | undefined {
  let path = "";
  for (const [at, key] of keys.entries()) {
    if (typeof key === "number") path += `[${key}]`;
    else if (/^[A-Za-z_]\w*$/.test(key)) path += at > 0 ? `.${key}` : TAKEN.has(key) ? `payload.${key}` : key;
    else {
      const quote = ['"', "'"].find((each) => !key.includes(each));
      if (quote === undefined) return undefined;
      path += `${at === 0 ? "payload" : ""}[${quote}${key}${quote}]`;
    }
  }
  // The payload itself may be a list.
  return path.startsWith("[") ? `payload${path}` : path;
}
