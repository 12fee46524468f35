// Canvases for tests: any that somebody may have drawn, and a catalogue of a few types.
import fc from "fast-check";
import type { AgentType, Types } from "./ports";
import { typesByName } from "./ports";

function type(name: string, kind: AgentType["kind"], groups: string[]): AgentType {
  return {
    type: name,
    kind,
    title: name,
    description: "",
    groups,
    config_schema: {},
    defaults: {},
    examples: [],
  } as AgentType;
}

export const TYPES: Types = typesByName([
  type("webhook", "trigger", ["on_receive", "on_error"]),
  type("condition", "filter", ["on_match", "on_no_match", "on_error"]),
  type("split", "filter", ["on_error"]),
  type("http_request", "action", ["on_response", "on_error"]),
  type("data_output", "action", ["on_error"]),
  { ...type("scheduler", "trigger", ["on_error"]), controls: true },
]);

const id = fc.oneof(fc.constantFrom("a", "b", "c", "d", "e"), fc.string({ maxLength: 6 }));
const point = fc.record({ x: fc.double({ noNaN: true }), y: fc.integer({ min: -2000, max: 2000 }) });
const unknown = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 });

const agent = fc.record(
  {
    id,
    type: fc.constant("agent"),
    agent_type: fc.constantFrom("webhook", "condition", "split", "http_request", "unheard_of"),
    name: fc.string(),
    config: unknown,
    position: point,
  },
  { requiredKeys: ["type", "agent_type"] },
);
const link = fc.record(
  {
    id,
    type: fc.constant("link"),
    source: fc.oneof(fc.record({ id, port: fc.string() }), fc.jsonValue()),
    target: fc.record({ id }),
    group_id: fc.oneof(fc.constantFrom("on_match", "on_error"), fc.constant(null)),
  },
  { requiredKeys: ["type"] },
);
const other = fc.record({ type: fc.constantFrom("note", "standard.Rectangle", "x"), position: point, id });
/** A cell with fields that nobody knows. */
const cell = fc.tuple(fc.oneof(agent, agent, link, link, other, unknown), unknown).map(([known, more]) => ({
  ...more,
  ...known,
}));

/** The text of a canvas: written in one of many ways, with numbers that JavaScript cannot hold. */
export const canvas = fc
  .record({
    cells: fc.array(cell, { maxLength: 12 }),
    more: unknown,
    indent: fc.constantFrom(undefined, 1, 2, "\t"),
    big: fc.bigInt({ min: 10n ** 17n, max: 10n ** 30n }),
  })
  .map(({ cells, more, indent, big }) => {
    const text = JSON.stringify({ ...more, cells, "more things": 4711.5 }, null, indent);
    return text.replaceAll("4711.5", `${big}.0`).replaceAll(/"y":( ?)(-?\d+)(?=[,}\s])/g, `"y":$1$2.0`);
  });
