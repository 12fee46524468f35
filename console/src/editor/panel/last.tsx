// The last event in and out in two lines, whatever is configured below. Each leads to the whole event. The lines are there before it is known what
// stands in them: nothing below moves while somebody writes.
import { Time } from "../../ui/time";
import { useParam } from "../../url";
import { errorOf } from "./error-of";
import { gistOf, madeOf, type StoredEvent } from "./events-of";
import type { TabProps } from "./shared";

type Props = Pick<TabProps, "traffic" | "type">;

export function Last({ traffic, type }: Props) {
  const { incoming, outgoing, loading } = traffic;
  const isTrigger = type?.kind === "trigger";
  const [came] = incoming;
  const made = came ? madeOf(came, outgoing)[0] : outgoing[0];
  const nothing = isTrigger ? "Nothing was sent yet." : came ? "Nothing came of it." : "—";
  return (
    <div className="panel-last">
      {!isTrigger && <Line label="In" event={came} nothing={loading || made ? "—" : "No event has come yet."} />}
      <Line label="Out" event={made} nothing={loading ? "—" : nothing} />
    </div>
  );
}

interface LineProps {
  label: string;
  event: StoredEvent | undefined;
  /** What is said where no event is. */
  nothing: string;
}

function Line({ label, event, nothing }: LineProps) {
  const [, setTab] = useParam("tab");
  if (!event) {
    return (
      <p className="panel-last-line">
        <span className="panel-last-label">{label}</span>
        <span className="muted">{nothing}</span>
      </p>
    );
  }
  const isError = event.groups.includes("on_error");
  const error = isError ? errorOf(event.payload) : undefined;
  return (
    <button
      type="button"
      className={`panel-last-line ${isError ? "bad" : ""}`}
      onClick={() => setTab("events")}
      title={`Show the last events: ${event.groups.join(", ")}`}
    >
      <span className="panel-last-label">{isError ? "Error" : label}</span>
      <span className={`cut grow ${error ? "" : "mono"}`}>{error ?? gistOf(event)}</span>
      <span className="muted small">
        <Time at={event.created_at} />
      </span>
    </button>
  );
}
