// The last event in and out in two lines, whatever is configured below. Each leads to the whole event.
import { News } from "../../ui/news";
import { Time } from "../../ui/time";
import { useParam } from "../../url";
import { errorOf } from "./error-of";
import { gistOf, madeOf, type StoredEvent } from "./events-of";
import type { TabProps } from "./shared";

type Props = Pick<TabProps, "traffic" | "fresh">;

export function Last({ traffic, fresh }: Props) {
  const { incoming, outgoing } = traffic;
  const [came] = incoming;
  const made = came ? madeOf(came, outgoing)[0] : outgoing[0];
  if (!came && !made) return null;
  return (
    <div className="panel-last">
      {came && <Line label="In" event={came} />}
      {made ? <Line label="Out" event={made} /> : <p className="panel-last-line muted">Out: nothing came of it.</p>}
      <News fresh={(came && fresh.incoming) || fresh.outgoing} show={fresh.show} />
    </div>
  );
}

function Line({ label, event }: { label: string; event: StoredEvent }) {
  const [, setTab] = useParam("tab");
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
