import { expect, test } from "vitest";
import { conversation, type Event, lackingKey, money, total } from "./conversation";

const event = (number: number, type: string, rest: Partial<Event> = {}): Event => ({
  number,
  type,
  run_id: "r1",
  at: "2026-01-01T00:00:00.000Z",
  ...rest,
});
const usage = { input: 2, output: 3, cache_read: 0, cache_write: 0, total_tokens: 5 };
const call = { tool_call: { id: "c1", name: "write", args: { json: { path: "a" } } } };

test("events become a turn with what was said and done", () => {
  const turns = conversation([
    event(1, "op_start", { message: { role: "user", parts: [{ text: "Note it" }] } }),
    event(2, "message", { message: { role: "assistant", parts: [{ text: "I do. " }, call] }, usage, model: "m/1" }),
    event(3, "tool_result", { result: { call: "c1", is_error: false, text: "written" } }),
    event(4, "message", { message: { role: "assistant", parts: [{ text: "Done." }] }, usage, state: "succeeded" }),
  ]);
  expect(turns).toHaveLength(1);
  expect(turns[0]).toMatchObject({
    asked: "Note it",
    state: "succeeded",
    model: "m/1",
    last: 4,
    steps: [
      { kind: "text", text: "I do. " },
      { kind: "tool", name: "write", args: { path: "a" }, result: "written", failed: false },
      { kind: "text", text: "Done." },
    ],
  });
  expect(total(turns)).toMatchObject({ input: 4, output: 6, total_tokens: 10 });
});

test("what has no end is running, and what failed says why", () => {
  const error = { code: "key_missing", message: "There is no key for `openai`. Set it." };
  const turns = conversation([
    event(1, "op_start", { message: { role: "user", parts: [{ text: "Hi" }] } }),
    event(2, "op_end", { state: "failed", error }),
    event(3, "op_start", { run_id: "r2", message: { role: "user", parts: [{ text: "Ho" }] } }),
  ]);
  expect(turns.map((turn) => turn.state)).toEqual(["failed", "running"]);
  expect(lackingKey(turns[0]?.error)).toBe("openai");
  expect(lackingKey({ code: "other", message: "`x`" })).toBeUndefined();
});

test("what was cleared is gone, and what was copied is done", () => {
  const turns = conversation([
    event(1, "op_start", { message: { role: "user", parts: [{ text: "old" }] } }),
    event(2, "cleared"),
    event(3, "copied", { run_id: "r3", message: { role: "user", parts: [{ text: "kept" }] } }),
    event(4, "copied", { run_id: "r3", message: { role: "assistant", parts: [{ text: "answer" }, call] } }),
    event(5, "copied", {
      run_id: "r3",
      message: { role: "user", parts: [{ tool_result: { call: "c1", is_error: true, text: "no" } }] },
    }),
  ]);
  expect(turns).toHaveLength(1);
  expect(turns[0]).toMatchObject({ asked: "kept", state: "succeeded", copied: true });
  expect(turns[0]?.steps[1]).toMatchObject({ kind: "tool", result: "no", failed: true });
});

test("costs are dollars, and say what is not in them", () => {
  expect(money({ cost: { total: 1 }, cost_known: true })).toBe("$1.00");
  expect(money({ cost: { total: 1 }, cost_known: false })).toBe("more than $1.00");
  expect(money({ cost: { total: 0 }, cost_known: false })).toBe("—");
});
