// What all fields of a form know: whose it is, the last event that came, and what the builder says of each field.
import { createContext, useContext } from "react";
import type { Schema } from "./schema";

/** An event, as templates see it. */
export interface SeenEvent {
  id: string;
  cell_id: string;
  groups: string[];
  created_at: string;
  payload?: unknown;
}

export interface Form {
  project: string;
  workflow?: string;
  /** The agent's type. */
  type?: string;
  /** The agent, as templates see it. */
  agent?: { cell_id: string; name: string };
  /** The whole schema: references are into it. */
  root: Schema;
  /** The last event that came to the agent. */
  event?: SeenEvent;
  /** What is wrong, by field: `config.condition.path`. */
  problems: ReadonlyMap<string, string[]>;
  disabled: boolean;
}

export const FormContext = createContext<Form>({ project: "", root: {}, problems: new Map(), disabled: false });

export const useForm = () => useContext(FormContext);

/** What is wrong somewhere below a place, with where that is: what shows the place as a whole shows them. */
export function problemsBelow(problems: Form["problems"], path: string): { at: string; message: string }[] {
  const below = [...problems].filter(([field]) => field.startsWith(path) && /^[.[]/.test(field.slice(path.length)));
  return below.flatMap(([field, messages]) =>
    messages.map((message) => ({ at: field.slice(path.length).replace(/^\./, ""), message })),
  );
}

/** What the builder says, by field. */
export function byField(errors: readonly { field: string; message: string }[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { field, message } of errors) found.set(field, [...(found.get(field) ?? []), message]);
  return found;
}
