// Writing to an agent, and its answer as it comes.

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/error";
import { Button } from "../ui/button";
import { Problem } from "../ui/problem";
import { spaced } from "../ui/spaced";
import { keyOf, type SessionPath } from "./session-data";
import { type Answer, ask, NOTHING } from "./stream";

/** A question that is being answered, as far as the answer has come. */
export interface Live {
  asked: string;
  answer: Answer;
}

/** What comes is shown so often: each time, all of it is drawn. */
const SHOWN_MS = 100;

/** Asks, one question at a time, and keeps what comes until the session's own events have it. */
export function useAsking(path: SessionPath) {
  const queries = useQueryClient();
  const [live, setLive] = useState<Live>();
  const [error, setError] = useState<unknown>();
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  const send = async (message: string): Promise<boolean> => {
    setError(undefined);
    setLive({ asked: message, answer: NOTHING });
    let taken = true;
    let last = NOTHING;
    let isOver = false;
    const show = spaced(() => !gone.current && !isOver && setLive({ asked: message, answer: last }), SHOWN_MS);
    try {
      await ask({ ...path, message }, (answer) => {
        last = answer;
        show();
      });
    } catch (failed) {
      taken = false;
      setError(failed);
    }
    await queries.invalidateQueries({ queryKey: keyOf(path) });
    isOver = true;
    setLive(undefined);
    return taken;
  };
  return { live, error, send, forget: () => setError(undefined) };
}

/**
 * Whether the server takes no prompts at this address: in the cloud, another address does. An agent that does not exist has another type
 * (`agent_not_found`), and so has the answer of a proxy.
 */
export function isElsewhere(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && error.type === "not_found";
}

interface Props {
  send: (message: string) => Promise<boolean>;
  busy: boolean;
  error: unknown;
  /** Whether nothing was said yet: whoever comes here wants to write. */
  begins: boolean;
}

export function Composer({ send, busy, error, begins }: Props) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (begins) field.current?.focus();
  }, [begins]);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    const message = text.trim();
    if (message === "" || busy) return;
    setText("");
    // What was refused comes back into the field: it is not typed twice.
    if (!(await send(message))) setText((now) => now || message);
    field.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  };
  if (isElsewhere(error)) {
    return (
      <div className="composer">
        <p className="muted">
          On this deployment, agents are asked at its address for prompts, which is another one. What is said there
          appears here.
        </p>
      </div>
    );
  }
  return (
    <form className="composer" onSubmit={submit}>
      {error !== undefined && <Problem error={error} />}
      <div className="composer-field">
        <textarea
          ref={field}
          aria-label="Message"
          placeholder="Ask or tell it something"
          rows={2}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={press}
        />
        <div className="row">
          <span className="grow muted small">Enter sends, Shift Enter begins a line</span>
          <Button type="submit" kind="main" icon="send" disabled={busy || text.trim() === ""}>
            Send
          </Button>
        </div>
      </div>
    </form>
  );
}
