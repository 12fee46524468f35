// What an agent would do: its events beside what came in, with what changed marked; memory, calls and logs.
import { memo, type ReactNode } from "react";
import { sample } from "../../forms/paths";
import { ErrorDetails } from "../../ui/error-details";
import { changes, Payload } from "../../ui/payload";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import type { OutsideCall, Report } from "./dry-run";

interface Props {
  report: Report;
  /** What went in. */
  before: { payload: unknown; memory: unknown };
  /** What a condition looked at, and found there. */
  looked: { path: string; value: unknown }[];
}

export const Result = memo(function Result({ report, before, looked }: Props) {
  const { events, memory, logs, error, outcome, waits_until, published } = report;
  const outside = report.calls ?? [];
  // A call that was not made is no failure of the agent's.
  const failed = error && !(error.code === "outside_call" && outside.some((call) => !call.made)) ? error : undefined;
  return (
    <div className="try-result">
      {failed && (
        <div className="problem" role="alert">
          <div className="grow">
            <p>
              <span className="mono">{failed.code}</span>: <Words text={failed.message} />
            </p>
            <ErrorDetails value={failed.details} />
          </div>
        </div>
      )}
      {outside.map((call, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the calls are in the order in which they are made.
        <Call key={at} call={call} />
      ))}
      {waits_until && (
        <p>
          It waits until <Time at={waits_until} />.
        </p>
      )}
      {outcome && <p>Outcome: {outcome.replaceAll("_", " ")}</p>}
      {events.length === 0 && !failed && outside.length === 0 && !waits_until && published === undefined && (
        <div className="try-nothing">
          <p>It emits nothing: the event ends here.</p>
          {looked.map(({ path, value }) => (
            <p key={path} className="small muted">
              <code>{path}</code> {value === undefined ? "is not there" : `is ${sample(value)}`}
            </p>
          ))}
        </div>
      )}
      {events.map((event, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the events are in the order in which they are emitted.
        <Section key={at} title={<Groups groups={event.groups} />}>
          {sameJson(before.payload, event.payload) ? (
            <p>The payload goes on unchanged.</p>
          ) : (
            <div className="in-out">
              <div>
                <h3>In</h3>
                <div className="panel-payload">
                  <Payload value={before.payload} />
                </div>
              </div>
              <div>
                <h3>Out</h3>
                <ChangedPaths changed={changes(before.payload, event.payload)} />
                <div className="panel-payload">
                  <Payload value={event.payload} changed={changes(before.payload, event.payload)} />
                </div>
              </div>
            </div>
          )}
        </Section>
      ))}
      {published !== undefined && published !== null && (
        <Section title="Into its feed">
          <Payload value={published} />
        </Section>
      )}
      {(memory !== null || (before.memory ?? null) !== null) && (
        <Section title="Memory afterwards">
          <Payload value={memory} changed={changes(before.memory, memory)} />
        </Section>
      )}
      {logs.length > 0 && (
        <Section title="Logs">
          <pre className="panel-log">{logs.join("\n")}</pre>
        </Section>
      )}
      <p className="muted small">Nothing was committed.</p>
    </div>
  );
});

function Section({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className="panel-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Call({ call }: { call: OutsideCall }) {
  return (
    <Section title={call.made ? "It called" : "It would call"}>
      <p className="mono panel-url">
        {call.method.toUpperCase()} {call.url}
      </p>
      {call.body !== undefined && call.body !== null && <Payload value={readable(call.body)} />}
    </Section>
  );
}

/** A body that is JSON in a text is shown as what it says. */
function readable(body: unknown): unknown {
  if (typeof body !== "string" || !/^\s*[[{]/.test(body)) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** How many changed paths are named above a payload. */
const NAMED = 6;

/** What changed, by name: in a large payload, the marks may be far below. */
export function ChangedPaths({ changed }: { changed: ReadonlySet<string> }) {
  const paths = [...changed].filter((path) => path !== "");
  if (paths.length === 0) return null;
  return (
    <p className="changed-paths">
      <span className="muted">changed:</span>
      {paths.slice(0, NAMED).map((path) => (
        <code key={path}>{path}</code>
      ))}
      {paths.length > NAMED && <span className="muted">and {paths.length - NAMED} more</span>}
    </p>
  );
}

export function Groups({ groups }: { groups: readonly string[] }) {
  return (
    <span className="row">
      {groups.length === 0 && <span className="muted">no group</span>}
      {groups.map((group) => (
        <span key={group} className={`group-chip ${group === "on_error" ? "of-error" : ""}`}>
          {group}
        </span>
      ))}
    </span>
  );
}

function sameJson(one: unknown, other: unknown): boolean {
  return changes(one, other).size === 0 && changes(other, one).size === 0;
}
