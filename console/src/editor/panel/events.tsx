// The last events of an agent: what came in, and what it made of that, side by side. Each leads to its run.
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { usePayload } from "../../runs/payload";
import { Button, IconButton } from "../../ui/button";
import { CopyLine, Id } from "../../ui/copy";
import { News } from "../../ui/news";
import { changes, Payload } from "../../ui/payload";
import { Problem } from "../../ui/problem";
import { Time } from "../../ui/time";
import { useParam } from "../../url";
import { type Cells, nameIn } from "../model/cells";
import { curlOf } from "./addresses";
import { useAgent } from "./data";
import { gistOf, madeOf, type StoredEvent } from "./events-of";
import { ChangedPaths, Groups } from "./result";
import { runOf, type TabProps } from "./shared";

export function Events({ place, cells, type, may, traffic, fresh, isActive }: TabProps & { cells: Cells }) {
  const [chosen, choose] = useParam("event");
  const { incoming, outgoing, loading, error, refresh } = traffic;
  const isTrigger = type?.kind === "trigger";
  // Of an agent that is checked by a schedule, events come of nothing.
  const list = isTrigger || (incoming.length === 0 && outgoing.length > 0) ? outgoing : incoming;
  // What came of an event may come long after it.
  const news = list === outgoing ? fresh.outgoing : fresh.incoming || fresh.outgoing;
  const picked = list.find((event) => event.id === chosen) ?? list[0];
  const made = useMemo(() => (picked && list !== outgoing ? madeOf(picked, outgoing) : []), [picked, list, outgoing]);
  const came = usePayload(place, picked);
  if (error) return <Problem error={error} retry={refresh} />;
  if (!picked) return loading ? null : <NoEvents {...{ place, type, may, isActive, refresh }} />;
  return (
    <div className="panel-events">
      <div className="in-out">
        <EventView
          title={list === outgoing ? "Last out" : "In"}
          event={picked}
          place={place}
          from={list === outgoing ? undefined : nameIn(cells, picked.cell_id)}
        />
        {list !== outgoing && (
          <div>
            {made.map((event) => (
              <EventView key={event.id} title="Out" event={event} place={place} before={came} />
            ))}
            {made.length === 0 && (
              <div className="panel-event">
                <h2>Out</h2>
                <p className="muted">Nothing came of it: it ended here, waits, or failed.</p>
                <Link className="door" href={runOf(place, picked)}>
                  See its run
                </Link>
              </div>
            )}
          </div>
        )}
      </div>
      <div className="row">
        <h2 className="grow">{isTrigger ? "Sent lately" : "Came lately"}</h2>
        {list === outgoing && (
          <Link
            className="door small"
            href={`/projects/${place.project}/workflows/${place.workflow}/runs?agent=${encodeURIComponent(place.cell)}`}
          >
            All runs that it started
          </Link>
        )}
        <News fresh={news} show={fresh.show} />
      </div>
      <ul className="panel-list">
        {list.map((event) => (
          <li key={event.id}>
            <button
              type="button"
              className="panel-list-row"
              aria-current={event.id === picked.id}
              onClick={() => choose(event.id)}
            >
              <span className="panel-list-time">
                <Time at={event.created_at} />
              </span>
              <span className="mono muted cut">{gistOf(event)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ViewProps {
  title: string;
  event: StoredEvent;
  place: TabProps["place"];
  from?: string;
  /** What came in, to mark what changed. */
  before?: ReturnType<typeof usePayload>;
}

function EventView({ title, event, place, from, before }: ViewProps) {
  const [whole, setWhole] = useState(false);
  const payload = usePayload(place, event);
  const changed = useMemo(
    () => (before?.isKnown && payload.isKnown ? changes(before.value, payload.value) : undefined),
    [before?.isKnown, before?.value, payload.isKnown, payload.value],
  );
  return (
    <section className="panel-event">
      <div className="row">
        <h2>{title}</h2>
        <Groups groups={event.groups} />
        <span className="grow" />
        <Id id={event.id} />
      </div>
      <p className="row small muted">
        <Time at={event.created_at} />
        {from && <span className="cut">from {from}</span>}
        <Link className="door" href={runOf(place, event)}>
          See its run
        </Link>
      </p>
      {changed?.size === 0 && !whole ? (
        <p className="row">
          The payload goes on unchanged.
          <Button kind="quiet" className="form-small" onClick={() => setWhole(true)}>
            Show it
          </Button>
        </p>
      ) : (
        <>
          {changed && <ChangedPaths changed={changed} />}
          {payload.error && <Problem error={payload.error} retry={payload.again} />}
          <div className="panel-payload">{payload.isKnown && <Payload value={payload.value} changed={changed} />}</div>
        </>
      )}
    </section>
  );
}

function NoEvents({
  place,
  type,
  may,
  isActive,
  refresh,
}: Pick<TabProps, "place" | "type" | "may" | "isActive"> & { refresh: () => void }) {
  const agent = useAgent(place).data;
  const [, setTab] = useParam("tab");
  const isTrigger = type?.kind === "trigger";
  return (
    <div className="column">
      <p>No event has {isTrigger ? "been sent" : "come"} yet.</p>
      {!isActive && <p className="muted">The workflow is stopped. Once it is started, events are shown here.</p>}
      {agent?.hook_url && isActive && (
        <>
          <p className="muted">Send one:</p>
          <CopyLine text={curlOf(agent.hook_url)} />
        </>
      )}
      <div className="row">
        {may && (
          <Button icon={isTrigger ? "send" : "flask"} onClick={() => setTab("try")}>
            {isTrigger ? "Send one from here" : "Try the agent with an event of your own"}
          </Button>
        )}
        <IconButton icon="replay" label="Look again" onClick={refresh} />
      </div>
    </div>
  );
}
