// Short names for the shapes of the API that the console speaks of.
import type { components, operations } from "./schema";

export type Schemas = components["schemas"];

/** The body of an operation's good answer. */
export type Answer<O extends keyof operations> = operations[O] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

/** One element of an operation's list. */
export type Row<O extends keyof operations> = Answer<O> extends { data: (infer Element)[] } ? Element : never;
