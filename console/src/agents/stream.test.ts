import { expect, test } from "vitest";
import { frames, NOTHING, told } from "./stream";

const frame = (event: string, data: unknown) => ({ event, data: JSON.stringify(data) });

test("frames are whole, however the text is cut", () => {
  const text = 'event: start\ndata: {"a":1}\n\n: heartbeat\n\nevent: delta\r\ndata: x\r\ndata: y\r\n\r\nevent: en';
  for (let cut = 0; cut < text.length; cut++) {
    const first = frames(text.slice(0, cut));
    const second = frames(first.rest + text.slice(cut));
    // A cut between `\r` and `\n` leaves both in the rest.
    expect([...first.frames, ...second.frames]).toEqual([
      { event: "start", data: '{"a":1}' },
      { event: "delta", data: "x\ny" },
    ]);
    expect(second.rest).toBe("event: en");
  }
});

test("an answer grows by its frames", () => {
  const answer = [
    frame("start", { session_id: "1:a" }),
    frame("delta", { text: "I " }),
    frame("delta", { text: "do. " }),
    frame("tool_start", { toolName: "list", toolCallId: "c", args: { prefix: "" } }),
    frame("tool_end", { toolName: "list", toolCallId: "c", isError: false, result: "a" }),
    frame("delta", { text: "Done" }),
    frame("end", { text: "Done" }),
  ].reduce(told, NOTHING);
  expect(answer).toEqual({
    ended: true,
    steps: [
      { kind: "text", text: "I do. " },
      { kind: "tool", id: "c", name: "list", args: { prefix: "" }, result: "a", failed: false },
      { kind: "text", text: "Done" },
    ],
  });
});

test("an error says what to do", () => {
  const error = { type: "model_error", message: "There is no key for `openai`.", details: "Set it." };
  expect(told(NOTHING, frame("error", { error })).error).toMatchObject({ message: error.message, remedy: "Set it." });
});
