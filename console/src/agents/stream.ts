// Asking an agent: the answer comes as server-sent events while it is made.
import { ApiError, problemOf } from "../api/error";
import type { Step } from "./conversation";

export interface Frame {
  event: string;
  data: string;
}

/** Takes the whole frames out of what has come so far; the rest waits for more. Comments, like heartbeats, are left out. */
export function frames(buffer: string): { frames: Frame[]; rest: string } {
  const blocks = buffer.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const found: Frame[] = [];
  for (const block of blocks) {
    const frame: Frame = { event: "message", data: "" };
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [, field, value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (field === "event") frame.event = value;
      else if (field === "data") data.push(value);
    }
    if (data.length > 0) found.push({ ...frame, data: data.join("\n") });
  }
  return { frames: found, rest };
}

/** An answer as far as it has come. */
export interface Answer {
  steps: Step[];
  ended: boolean;
  error?: ApiError;
}

export const NOTHING: Answer = { steps: [], ended: false };

interface Told {
  text?: string;
  toolName?: string;
  toolCallId?: string;
  args?: unknown;
  result?: unknown;
  isError?: boolean;
}

/** The answer with one more frame. */
export function told(answer: Answer, frame: Frame): Answer {
  const data = JSON.parse(frame.data) as Told;
  const { steps } = answer;
  switch (frame.event) {
    case "delta": {
      const last = steps.at(-1);
      const text = data.text ?? "";
      return last?.kind === "text"
        ? { ...answer, steps: [...steps.slice(0, -1), { kind: "text", text: last.text + text }] }
        : { ...answer, steps: [...steps, { kind: "text", text }] };
    }
    case "tool_start":
      return {
        ...answer,
        steps: [...steps, { kind: "tool", id: data.toolCallId ?? "", name: data.toolName ?? "", args: data.args }],
      };
    case "tool_end": {
      const result = typeof data.result === "string" ? data.result : JSON.stringify(data.result);
      return {
        ...answer,
        steps: steps.map((step) =>
          step.kind === "tool" && step.id === data.toolCallId ? { ...step, result, failed: data.isError } : step,
        ),
      };
    }
    case "end":
      return { ...answer, ended: true };
    case "error":
      return { ...answer, ended: true, error: new ApiError(0, problemOf(data)) };
    default:
      return answer;
  }
}

interface Question {
  project: string;
  agent: string;
  instance: string;
  session: string;
  message: string;
}

/** Asks, and tells of the answer whenever more of it has come. Whoever stops listening does not stop the agent. */
export async function ask(question: Question, tell: (answer: Answer) => void, signal?: AbortSignal): Promise<void> {
  const { project, agent, instance, session, message } = question;
  const path = [agent, instance].map(encodeURIComponent).join("/");
  const answer = await fetch(`/p/${project}/agents/${path}`, {
    method: "POST",
    credentials: "same-origin",
    signal,
    headers: {
      accept: "text/event-stream",
      "content-type": "application/json",
      "X-Rookery-Console": "1",
      "Idempotency-Key": crypto.randomUUID(),
    },
    body: JSON.stringify({ message, session }),
  });
  if (!answer.ok || !answer.body) {
    throw new ApiError(answer.status, problemOf(await answer.json().catch(() => undefined)));
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let [buffer, now] = ["", NOTHING];
  for (;;) {
    const { done, value } = await reader.read();
    const taken = frames(buffer + (value ?? ""));
    buffer = taken.rest;
    if (taken.frames.length > 0) {
      now = taken.frames.reduce(told, now);
      tell(now);
    }
    if (done) break;
  }
  if (!now.ended) {
    throw new ApiError(0, {
      type: "cut",
      message: "The connection was cut while the answer came.",
      details: "The agent goes on: its answer will be in the conversation.",
    });
  }
}
