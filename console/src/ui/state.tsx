// States: a dot with a word, so that no colour stands alone.
import { ownOf } from "../own";
import "./state.css";

export type Tone = "green" | "amber" | "red" | "grey" | "hollow";

const TONES: Record<string, Tone> = {
  active: "green",
  done: "green",
  finished: "green",
  succeeded: "green",
  delivered: "green",
  answered: "green",
  replayed: "green",
  in_flight: "amber",
  running: "amber",
  waiting: "amber",
  outstanding: "amber",
  pending: "amber",
  requested: "amber",
  failed: "red",
  errored: "red",
  refused: "red",
  revoked: "red",
  timed_out: "red",
  expired: "red",
  stopped: "grey",
  cancelled: "grey",
  ended: "grey",
  draft: "hollow",
};

export function toneOf(state: string): Tone {
  return ownOf(TONES, state) ?? "grey";
}

export function State({ state, tone = toneOf(state) }: { state: string; tone?: Tone }) {
  return (
    <span className="state">
      <span className={`dot ${tone}`} />
      {state.replaceAll("_", " ")}
    </span>
  );
}
