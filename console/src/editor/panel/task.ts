// What a task of an entry point wants, by its schema. Pure.

import { isObject, type Schema } from "../../forms/schema";
import { templatePath } from "../../ui/paths";

export interface Wanted {
  name: string;
  required: boolean;
  type?: string;
  about?: string;
}

/** The properties that a payload does not have yet, those that are required first. */
export function missingOf(schema: Schema, payload: unknown): Wanted[] {
  const written = isObject(payload) ? payload : {};
  const wanted = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    type: typeof property.type === "string" ? property.type : undefined,
    about: property.description,
  }));
  const missing = wanted.filter(({ name }) => !(name in written));
  return missing.sort((one, other) => Number(other.required) - Number(one.required));
}

/** With a field of the task, taken from the event's field of that name. */
export function withTaskField(config: Record<string, unknown>, name: string, type?: string): Record<string, unknown> {
  const payload = isObject(config.payload) ? config.payload : {};
  const template = `{{ ${templatePath([name]) ?? "payload"}${type === "string" ? "" : " | as_object"} }}`;
  return { ...config, payload: { ...payload, [name]: template } };
}
