// JSON Schema as the agent types have it: what kind of field a schema is. Pure.

export interface Schema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | boolean;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
  $defs?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
  format?: string;
  /** What the field is for beyond its type: see `hints.ts`. */
  "x-rookery"?: string;
  /** What the project has of it. */
  "x-choices"?: Offer[];
}

/** Something that a field may name. */
export interface Offer {
  value: string;
  title: string;
}

/** What the server offers for a field. */
export const offers = (schema: Schema): Offer[] => schema["x-choices"] ?? [];

export interface Choice {
  value: unknown;
  about?: string;
}

export type Shape =
  | { kind: "text" }
  | { kind: "number"; whole: boolean; least?: number; most?: number }
  | { kind: "flag" }
  | { kind: "choice"; choices: Choice[] }
  | { kind: "object"; fields: [string, Schema][]; required: string[] }
  | { kind: "map"; of: Schema }
  | { kind: "list"; of: Schema; least: number; most: number }
  | { kind: "union"; of: Schema[] }
  | { kind: "any" };

/** A schema with its reference followed. What stands beside the reference stays. */
export function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1];
  const found = name === undefined ? undefined : root.$defs?.[name];
  if (!found) return schema;
  const { $ref: _, ...beside } = schema;
  return { ...resolve(found, root), ...beside };
}

const isNull = (schema: Schema) => schema.type === "null" || schema.const === null;

/** What kind of field a schema is. That it may be null is nothing of its own: such an option is left out. */
export function shapeOf(given: Schema, root: Schema): Shape {
  const schema = resolve(given, root);
  const choices = choicesOf(schema, root);
  if (choices) return { kind: "choice", choices };
  const variants = (schema.oneOf ?? schema.anyOf)?.filter((variant) => !isNull(variant));
  if (variants) {
    const [only] = variants;
    if (variants.length === 1 && only) return shapeOf(only, root);
    if (variants.length > 1) return { kind: "union", of: variants };
  }
  switch (typeOf(schema)) {
    case "string":
      return { kind: "text" };
    case "integer":
    case "number": {
      const least = schema.minimum ?? schema.exclusiveMinimum;
      return { kind: "number", whole: typeOf(schema) === "integer", least, most: schema.maximum };
    }
    case "boolean":
      return { kind: "flag" };
    case "array": {
      const of = typeof schema.items === "object" ? schema.items : {};
      return { kind: "list", of, least: schema.minItems ?? 0, most: schema.maxItems ?? Number.POSITIVE_INFINITY };
    }
    case "object": {
      const fields = Object.entries(schema.properties ?? {});
      if (fields.length > 0) return { kind: "object", fields, required: schema.required ?? [] };
      const more = schema.additionalProperties;
      return { kind: "map", of: typeof more === "object" ? more : {} };
    }
    default:
      return { kind: "any" };
  }
}

/** The one type, `null` left out. */
function typeOf({ type }: Schema): string | undefined {
  if (!Array.isArray(type)) return type;
  const types = type.filter((name) => name !== "null");
  return types.length === 1 ? types[0] : undefined;
}

function choicesOf(schema: Schema, root: Schema): Choice[] | undefined {
  if (schema.enum) return schema.enum.filter((value) => value !== null).map((value) => ({ value }));
  if (schema.const !== undefined) return [{ value: schema.const }];
  const variants = (schema.oneOf ?? schema.anyOf)?.filter((variant) => !isNull(variant));
  if (!variants || variants.length < 2) return undefined;
  const found: Choice[] = [];
  for (const variant of variants.map((each) => resolve(each, root))) {
    if (variant.const === undefined) return undefined;
    found.push({ value: variant.const, about: variant.description });
  }
  return found;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Whether a field of this schema can show the value whole. Another value is shown as JSON, so that nothing is lost. */
export function fits(given: Schema, root: Schema, value: unknown, depth = 0): boolean {
  const shape = shapeOf(given, root);
  switch (shape.kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" || typeof value === "number";
    case "list":
      return Array.isArray(value);
    case "map":
      return isObject(value);
    case "object":
      if (!isObject(value)) return false;
      // Of two variants, the one that knows the fields is meant.
      if (depth === 0) return true;
      return (
        shape.required.every((name) => name in value) &&
        Object.keys(value).every((name) => shape.fields.some(([known]) => known === name))
      );
    case "union":
      return shape.of.some((variant) => fits(variant, root, value, depth + 1));
    case "any":
      return true;
  }
}

/** Which of the variants a value is of. */
export function variantOf(variants: Schema[], root: Schema, value: unknown): number {
  return variants.findIndex((variant) => fits(variant, root, value, 1));
}

/** A value to begin with when somebody adds an element or an option. */
export function beginning(given: Schema, root: Schema): unknown {
  const schema = resolve(given, root);
  if (schema.default !== undefined && schema.default !== null) return structuredClone(schema.default);
  const shape = shapeOf(schema, root);
  switch (shape.kind) {
    case "text":
      return "";
    case "number":
      return shape.least ?? 0;
    case "flag":
      return true;
    case "choice":
      return shape.choices[0]?.value;
    case "list":
      return Array.from({ length: shape.least }, () => beginning(shape.of, root));
    case "object": {
      const needed = shape.fields.filter(([name]) => shape.required.includes(name));
      return Object.fromEntries(needed.map(([name, field]) => [name, beginning(field, root)]));
    }
    case "map":
      return {};
    case "union": {
      const [first] = shape.of;
      return first && beginning(first, root);
    }
    case "any":
      return null;
  }
}

const SMALL = new Set(["url", "id", "json", "http", "cors", "ttl"]);

/** An option's name for people: `timeout_seconds` is `Timeout seconds`. */
export function words(name: string): string {
  const text = name
    .split("_")
    .map((word) => (SMALL.has(word) ? word.toUpperCase() : word))
    .join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
