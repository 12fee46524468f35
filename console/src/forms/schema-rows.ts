// A JSON Schema of an object, as rows: a name, a type, whether it is required, and what it means. Pure. Schemas that say more stay JSON.
import { isObject } from "./schema";

export interface Row {
  name: string;
  type: string;
  required: boolean;
  about: string;
}

export const ROW_TYPES = ["string", "number", "integer", "boolean", "array", "object"];
const OUTER = new Set(["type", "properties", "required"]);
const INNER = new Set(["type", "description"]);

/** The rows of a schema; nothing where it says more than rows do. */
export function readRows(schema: unknown): Row[] | undefined {
  if (schema === undefined || schema === null) return [];
  if (!isObject(schema) || schema.type !== "object" || Object.keys(schema).some((key) => !OUTER.has(key)))
    return undefined;
  const { properties = {}, required = [] } = schema;
  if (!isObject(properties) || !Array.isArray(required) || required.some((name) => !(String(name) in properties)))
    return undefined;
  const rows: Row[] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property) || Object.keys(property).some((key) => !INNER.has(key))) return undefined;
    const { type = "", description = "" } = property;
    if (typeof type !== "string" || typeof description !== "string" || (type !== "" && !ROW_TYPES.includes(type)))
      return undefined;
    rows.push({ name, type, required: required.includes(name), about: description });
  }
  return rows;
}

/** The schema of rows; none for none. */
export function writeRows(rows: readonly Row[]): Record<string, unknown> | undefined {
  if (rows.length === 0) return undefined;
  const property = ({ type, about }: Row) => ({ ...(type ? { type } : {}), ...(about ? { description: about } : {}) });
  const required = rows.filter((row) => row.required).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(rows.map((row) => [row.name, property(row)])),
    ...(required.length > 0 ? { required } : {}),
  };
}
