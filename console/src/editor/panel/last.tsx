// The last event in and out in two lines, whatever is configured below. Each leads to the whole event.
import { Time } from "../../ui/time";
import { useParam } from "../../url";
import { gistOf, madeOf, type StoredEvent } from "./events-of";
import type { TabProps } from "./shared";

export function Last({ traffic }: Pick<TabProps, "traffic">) {
  const { incoming, outgoing } = traffic;
  const [came] = incoming;
  const made = came ? madeOf(came, outgoing)[0] : outgoing[0];
  if (!came && !made) return null;
  return (
    <div className="panel-last">
      {came && <Line label="In" event={came} />}
      {made ? <Line label="Out" event={made} /> : <p className="panel-last-line muted">Out: nothing came of it.</p>}
    </div>
  );
}

function Line({ label, event }: { label: string; event: StoredEvent }) {
  const [, setTab] = useParam("tab");
  return (
    <button
      type="button"
      className="panel-last-line"
      onClick={() => setTab("events")}
      title={`Show the last events: ${event.groups.join(", ")}`}
    >
      <span className="panel-last-label">{label}</span>
      <span className="mono cut grow">{gistOf(event)}</span>
      <span className="muted small">
        <Time at={event.created_at} />
      </span>
    </button>
  );
}
