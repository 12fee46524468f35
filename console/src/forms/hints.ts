// What a field is for beyond its type, as its schema says it under `x-rookery`; and which fields stand in front.
import { ownOf } from "../own";
import { resolve, type Schema, shapeOf } from "./schema";

const HINTS = [
  "template",
  "templates",
  "values",
  "path",
  "credential",
  "schedule",
  "condition",
  "shares",
  "seconds",
  "persistent_agent",
  "json_schema",
  "script",
  "segment",
  "list",
  "stage",
  "workflow",
] as const;

export type Hint = (typeof HINTS)[number];

export function hintOf(given: Schema, root: Schema): Hint | undefined {
  const schema = resolve(given, root);
  const said = HINTS.find((hint) => hint === schema["x-rookery"]);
  if (said) return said;
  const shape = shapeOf(schema, root);
  if (shape.kind === "map" && hintOf(shape.of, root) === "template") return "templates";
  // A number, or a template that gives one.
  if (shape.kind === "union" && shape.of.some((variant) => hintOf(variant, root) === "template")) return "template";
  return undefined;
}

/** Options that every agent has. */
const COMMON = ["keep_events_for", "expected_update_period_in_days", "expected_receive_period_in_days"];

/** Options that most agents of a type set, in their order. All others are folded under "More", unless they are set or needed. */
const FRONT: Record<string, string[]> = {
  client: ["title", "description", "input_schema", "output_schema", "access"],
  email_received: ["host", "ssl", "username", "password", "folders", "conditions"],
  company_segment: ["segment_id", "existing"],
  error_trigger: ["workflow_id"],
  list_entry: ["list_id", "stage"],
  manual: ["payload", "schedule"],
  mention_segment: ["segment_id", "existing"],
  person_segment: ["segment_id", "existing"],
  record_segment: ["segment_id", "existing"],
  rss: ["url", "schedule", "clean", "max_events_per_run"],
  schedule: ["schedule", "payload"],
  scheduler: ["schedule", "action", "configure_options"],
  served_agent: ["name"],
  weather: ["api_key", "location", "which_day"],
  watchdog: ["schedule"],
  webhook: ["verify", "sender", "response"],
  change_detector: ["property", "key"],
  condition: ["condition", "emit_on_no_match"],
  de_duplication: ["property", "lookback"],
  gap_detector: ["window_duration_in_days", "message", "value_path", "schedule"],
  merge: ["mode", "key", "timeout"],
  peak_detector: ["value_path", "group_by_path", "message"],
  rate_limit: ["limit", "period_seconds", "key", "emit_on_limit"],
  split: ["groups", "key"],
  trigger: ["rules", "must_match", "message", "keep_event"],
  agent: ["project_id", "payload", "timeout_seconds"],
  ai_agent_proxy: ["endpoint", "agent_name", "system_message", "input", "headers", "agent_outcomes"],
  answer_caller: ["result"],
  approval: ["question", "details", "expires_in"],
  attribute_difference: ["path", "output", "method"],
  commander: ["action", "configure_options", "schedule"],
  csv: ["mode", "data_path", "with_header", "use_fields", "output"],
  data_output: ["template", "events_to_show"],
  delay: ["days", "hours", "minutes", "seconds", "until"],
  digest: ["message", "retained_events", "schedule"],
  email: ["subject", "headline", "body", "recipients"],
  email_digest: ["subject", "headline", "recipients", "schedule"],
  event_formatting: ["instructions", "mode"],
  http_request: ["method", "url", "payload", "headers"],
  http_status: ["url", "changes_only", "headers_to_save", "schedule"],
  javascript: ["code", "options", "schedule"],
  json_parse: ["data", "data_key", "mode"],
  key_value_store: ["key", "value", "variable", "max_keys"],
  liquid_output: ["content", "mode", "event_limit", "mime_type"],
  list_add: ["list_id", "stage"],
  list_move: ["list_id", "stage"],
  list_remove: ["list_id"],
  persistent_agent: ["agent", "instance", "session", "input"],
  pushover: ["token", "user", "message", "title", "priority"],
  record: ["kind", "id", "attributes", "mode"],
  reply: ["payload", "task_type"],
  s3: ["mode", "access_key_id", "access_key_secret", "region", "bucket", "watch", "filename", "data"],
  slack: ["webhook_url", "channel", "username", "message", "icon"],
  telegram: ["auth_token", "chat_id", "caption", "parse_mode", "long_message"],
  twilio: ["account_sid", "auth_token", "sender_cell", "receiver_cell", "receive_text", "receive_call"],
  website: ["url", "type", "mode", "extract", "template", "schedule"],
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
    (known ? known.includes(name) : schema.default === undefined && !COMMON.includes(name));
  const rank = ([name]: [string, Schema]) => {
    const at = known?.indexOf(name) ?? -1;
    return at === -1 ? fields.length : at;
  };
  const front = fields.filter(isFront).sort((one, other) => rank(one) - rank(other));
  return { front, more: fields.filter((field) => !isFront(field)) };
}
