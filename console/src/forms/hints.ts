// What a field is for beyond its type: a template, a path, a credential, a schedule. The schemas say so in words, by names and by defaults.
import { ownOf } from "../own";
import { resolve, type Schema, shapeOf } from "./schema";

export type Hint =
  | "template"
  | "templates"
  | "values"
  | "path"
  | "credential"
  | "schedule"
  | "condition"
  | "shares"
  | "seconds"
  | "persistent_agent"
  | "json_schema";

/** Where a field stands. */
export interface Place {
  name: string;
  /** The agent's type. */
  type?: string;
}

const TEMPLATE = /\btemplates?\b/i;

export function hintOf(given: Schema, root: Schema, { name, type }: Place): Hint | undefined {
  const schema = resolve(given, root);
  const about = schema.description ?? "";
  const shape = shapeOf(schema, root);
  switch (shape.kind) {
    case "text":
      if (name === "schedule") return "schedule";
      if (name === "credential" || name.endsWith("_credential")) return "credential";
      if (type === "persistent_agent" && name === "agent") return "persistent_agent";
      if (/\bpaths? (in|into)\b|^Where (in the|the value)/i.test(about))
        return TEMPLATE.test(about) ? "template" : "path";
      return TEMPLATE.test(about) || String(schema.default ?? "").includes("{{") ? "template" : undefined;
    case "number":
      return shape.whole && /\bin seconds\b/.test(about) ? "seconds" : undefined;
    case "object": {
      const names = shape.fields.map(([field]) => field);
      return ["path", "operator", "all", "any"].every((field) => names.includes(field)) ? "condition" : undefined;
    }
    case "list": {
      const item = shapeOf(shape.of, root);
      if (item.kind !== "object") return undefined;
      const names = item.fields.map(([field]) => field);
      return names.length === 2 && names.includes("name") && names.includes("weight") ? "shares" : undefined;
    }
    case "map":
      return TEMPLATE.test(about) ? "templates" : undefined;
    case "any":
      if (/\bJSON Schema\b/.test(about)) return "json_schema";
      if (TEMPLATE.test(about)) return "templates";
      return name === "payload" ? "values" : undefined;
    case "union":
      // A number, or a text that gives one.
      return shape.of.some(
        (variant) => shapeOf(variant, root).kind === "text" && TEMPLATE.test(variant.description ?? about),
      )
        ? "template"
        : undefined;
    default:
      return undefined;
  }
}

/** Options that most agents of a type set, in their order. All others are folded under "More", unless they are set or needed. */
const FRONT: Record<string, string[]> = {
  client: ["title", "description", "input_schema", "output_schema", "access"],
  manual: ["payload", "schedule"],
  schedule: ["schedule", "payload"],
  served_agent: ["name"],
  webhook: ["verify", "sender", "response"],
  change_detector: ["property", "key"],
  condition: ["condition", "emit_on_no_match"],
  merge: ["mode", "key", "timeout"],
  split: ["groups", "key"],
  agent: ["project_id", "payload", "timeout_seconds"],
  ai_agent_proxy: ["endpoint", "agent_name", "system_message", "input", "headers", "agent_outcomes"],
  answer_caller: ["result"],
  data_output: ["template", "events_to_show"],
  delay: ["days", "hours", "minutes", "seconds", "until"],
  event_formatting: ["instructions", "mode"],
  http_request: ["method", "url", "payload", "headers"],
  persistent_agent: ["agent", "instance", "session", "input"],
  reply: ["payload", "task_type"],
};

/** Which fields of a config stand in front, and which under "More". */
export function arranged(
  fields: [string, Schema][],
  required: string[],
  type: string | undefined,
  set: ReadonlySet<string>,
): { front: [string, Schema][]; more: [string, Schema][] } {
  const known = type === undefined ? undefined : ownOf(FRONT, type);
  const isFront = ([name, schema]: [string, Schema]) =>
    required.includes(name) ||
    set.has(name) ||
    (known ? known.includes(name) : schema.default === undefined && name !== "keep_events_for");
  const rank = ([name]: [string, Schema]) => {
    const at = known?.indexOf(name) ?? -1;
    return at === -1 ? fields.length : at;
  };
  const front = fields.filter(isFront).sort((one, other) => rank(one) - rank(other));
  return { front, more: fields.filter((field) => !isFront(field)) };
}
