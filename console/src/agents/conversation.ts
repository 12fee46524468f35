// A conversation, made of what happened in a session: for each thing that was asked, what was said and done about it.
import type { Schemas } from "../api/types";
import { dollarsOf } from "../ui/money";

export type Event = Schemas["SessionEvent"];
type Usage = Schemas["Usage"];

export interface ToolStep {
  kind: "tool";
  id: string;
  name: string;
  args: unknown;
  result?: string;
  failed?: boolean;
}

export type Step = { kind: "text"; text: string } | { kind: "thinking"; text: string } | ToolStep;

/** Something that was asked, and what came of it. */
export interface Turn {
  run: string;
  at: string;
  asked: string;
  askedBy?: Schemas["SessionAskedBy"];
  steps: Step[];
  state: string;
  error?: Schemas["SessionError"];
  model?: string;
  usage: Usage;
  /** The number of its last event: a copy of the session may end there. */
  last: number;
  copied: boolean;
}

const NONE: Usage = { input: 0, output: 0, cache_read: 0, cache_write: 0, total_tokens: 0 };

function add(one: Usage, other: Usage): Usage {
  return {
    input: one.input + other.input,
    output: one.output + other.output,
    cache_read: one.cache_read + other.cache_read,
    cache_write: one.cache_write + other.cache_write,
    total_tokens: one.total_tokens + other.total_tokens,
  };
}

/** Makes turns of events, which come in the order of their numbers. */
export function conversation(events: Event[]): Turn[] {
  const turns = new Map<string, Turn>();
  for (const event of events) {
    if (event.type === "cleared") {
      turns.clear();
      continue;
    }
    const turn = turns.get(event.run_id) ?? begin(event);
    turns.set(event.run_id, turn);
    turn.last = event.number;
    if (event.asked_by) turn.askedBy = event.asked_by;
    if (event.message) say(turn, event.message);
    if (event.result) settle(turn, event.result);
    if (event.usage) turn.usage = add(turn.usage, event.usage);
    if (event.model) turn.model = event.model;
    if (event.state) turn.state = event.state;
    if (event.error) turn.error = event.error;
  }
  return [...turns.values()];
}

function begin({ run_id, at, number, type }: Event): Turn {
  const copied = type === "copied";
  const state = copied ? "succeeded" : "running";
  return { run: run_id, at, asked: "", steps: [], state, usage: NONE, last: number, copied };
}

function say(turn: Turn, message: Schemas["Message"]) {
  for (const part of message.parts) {
    if ("text" in part) {
      if (message.role === "user" && turn.steps.length === 0) turn.asked += (turn.asked && "\n") + part.text;
      else turn.steps.push({ kind: "text", text: part.text });
    } else if ("thinking" in part) {
      if (part.thinking.text) turn.steps.push({ kind: "thinking", text: part.thinking.text });
    } else if ("tool_call" in part) {
      const { id, name, args } = part.tool_call;
      turn.steps.push({ kind: "tool", id, name, args: "json" in args ? args.json : args.malformed });
    } else if ("tool_result" in part) settle(turn, part.tool_result);
    else turn.steps.push({ kind: "text", text: `[image ${part.image.media_type}]` });
  }
}

function settle(turn: Turn, result: Schemas["ToolResult"]) {
  const at = turn.steps.findIndex((step) => step.kind === "tool" && step.id === result.call);
  const step = turn.steps[at];
  if (step?.kind === "tool") turn.steps[at] = { ...step, result: result.text, failed: result.is_error };
}

/** The tokens of all turns. */
export function total(turns: Turn[]): Usage {
  return turns.reduce((sum, turn) => add(sum, turn.usage), NONE);
}

/** The credential that a model lacks, if that is what went wrong. */
export function lackingKey(error: { code: string; message: string } | undefined): string | undefined {
  return error?.code === "key_missing" ? /`([\w.-]+)`/.exec(error.message)?.[1] : undefined;
}

/** What a conversation cost, in US dollars; that of models whose price is not known is not in it. */
export function money({ cost, cost_known }: { cost: { total: number }; cost_known: boolean }): string {
  const dollars = dollarsOf(cost.total);
  if (cost_known) return dollars;
  return cost.total > 0 ? `more than ${dollars}` : "—";
}
