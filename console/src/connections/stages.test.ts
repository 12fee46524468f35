import { expect, test } from "vitest";
import type { Placed } from "../workflows/all-agents";
import { actionsOf, byEntryPoint, type Connection, cellOf, fieldsOf, quotaOf, usesOf } from "./stages";

const placed = (agent_type: string, name: string, config: Record<string, unknown>) =>
  ({ workflow: { id: "w", name: "W", state: "active" }, agent: { agent_type, name, cell_id: name, config } }) as Placed;

test("an entry point is found by its workflow and cell", () => {
  const cells = [placed("client", "a", { title: "Delay" }), placed("client", "b", { title: "Delay" })];
  expect(cellOf({ workflow_id: "w", cell_id: "b" }, cells)?.agent.name).toBe("b");
  expect(cellOf({ workflow_id: "v", cell_id: "b" }, cells)).toBeUndefined();
  expect(cellOf({}, cells)).toBeUndefined();
});

test("stages are those of the entry point's project", () => {
  const cells = [
    placed("agent", "a", { project_id: "p", client_stage_id: "s" }),
    placed("agent", "b", { project_id: "q", client_stage_id: "s" }),
  ];
  expect(usesOf({ project: "p", stage: "s" }, cells).map(({ agent }) => agent.name)).toEqual(["a"]);
});

test("quotas are words", () => {
  expect(quotaOf({ tasks_per_minute: 60, tasks_per_day: 1000 })).toBe("60 a minute, 1,000 a day");
  expect(quotaOf({})).toBeUndefined();
});

test("what waits comes first", () => {
  const one = (agent_stage_id: string, state: Connection["state"], created_at: string) =>
    ({ agent_stage_id, state, created_at }) as Connection;
  const all = [one("a", "active", "2"), one("a", "revoked", "4"), one("a", "pending", "1"), one("b", "active", "3")];
  const groups = byEntryPoint(all);
  expect(groups.get("a")?.map((connection) => connection.state)).toEqual(["pending", "active", "revoked"]);
});

test("only a provider accepts, and nothing is done to what is over", () => {
  expect(actionsOf({ role: "agent", state: "pending" })).toEqual(["accept", "refuse"]);
  expect(actionsOf({ role: "client", state: "pending" })).toEqual(["revoke"]);
  expect(actionsOf({ role: "agent", state: "refused" })).toEqual([]);
});

test("the fields of a schema are one line each", () => {
  const schema = {
    required: ["n"],
    properties: {
      n: { type: "number", description: "How many." },
      kind: { enum: ["a", 1] },
      x: {},
      y: { type: ["string", "null"] },
    },
  };
  expect(fieldsOf(schema)).toEqual([
    { name: "n", type: "number", required: true, description: "How many." },
    { name: "kind", type: '"a" | 1', required: false },
    { name: "x", type: "any", required: false },
    { name: "y", type: "string | null", required: false },
  ]);
  expect([fieldsOf({ type: "string" }), fieldsOf(null)]).toEqual([undefined, undefined]);
});
