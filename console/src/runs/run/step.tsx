// One step of a run: what went wrong and what to do, the payload in and out beside each other, and the facts.
import { useState } from "react";
import { Link } from "wouter";
import { useMay } from "../../session";
import { Button } from "../../ui/button";
import { ErrorDetails } from "../../ui/error-details";
import { changes, Payload } from "../../ui/payload";
import { Problem } from "../../ui/problem";
import { State } from "../../ui/state";
import { Words } from "../../ui/words";
import { href } from "../../url";
import { hasFailed, type RunEvent, type Step, type Tree } from "../model/steps";
import { useNames } from "../names";
import { usePayload } from "../payload";
import { mendedIn } from "./actions";
import { useReplay } from "./buttons";
import { Facts } from "./facts";
import { StartAgain } from "./start-again";
import type { RunPlace } from "./use-run";

interface Props {
  place: RunPlace;
  tree: Tree;
  step: Step;
  names: Map<string, string>;
  select: (key: string) => void;
}

export function StepView({ place, tree, step, names, select }: Props) {
  const [again, setAgain] = useState<RunEvent>();
  const [chosen, choose] = useState(0);
  const may = useMay("editor");
  const out = step.emitted[chosen] ?? step.emitted[0];
  const source = step.received ?? step.emitted[0];
  return (
    <section className="step" aria-label="Step">
      <header className="step-head">
        <State state={step.state} />
        <h2 className="cut">
          <Link
            href={href(`/projects/${place.project}/workflows/${place.workflow}`, { cell: step.cell })}
            title="Open the agent in the editor"
          >
            {names.get(step.cell) ?? step.cell}
          </Link>
        </h2>
        <span className="grow" />
        {may && source && (
          <Button icon="replay" onClick={() => setAgain(again ? undefined : source)} aria-expanded={!!again}>
            Start again from here
          </Button>
        )}
      </header>
      <Failure place={place} tree={tree} step={step} />
      {again && (
        <StartAgain key={again.id} place={place} event={again} names={names} close={() => setAgain(undefined)} />
      )}
      <div className="step-io">
        {step.received && <Side place={place} title="In" event={step.received} names={names} />}
        {out && (
          <Side
            place={place}
            title="Out"
            event={out}
            before={step.received}
            names={names}
            others={
              step.emitted.length > 1 && (
                <select
                  className="field"
                  aria-label="Which of the events that came out"
                  value={chosen}
                  onChange={(event) => choose(Number(event.target.value))}
                >
                  {step.emitted.map((event, at) => (
                    <option key={event.id} value={at}>
                      {at + 1} of {step.emitted.length}: {event.groups.join(", ")}
                    </option>
                  ))}
                </select>
              )
            }
          />
        )}
        {!out && step.delivery && <p className="muted step-none">{noneOf(step)}</p>}
      </div>
      <Facts place={place} tree={tree} step={step} names={names} select={select} />
    </section>
  );
}

/** Why nothing came out. */
function noneOf(step: Step): string {
  if (step.state === "done") return "No event came out: it ended here.";
  if (step.state === "failed") return "No event came out.";
  if (step.state === "waiting" || step.state === "scheduled") return "It waits: nothing came out yet.";
  return step.state === "pending" ? "It is to be handled." : "No event came out.";
}

function Failure({ place, tree, step }: { place: RunPlace; tree: Tree; step: Step }) {
  const may = useMay("editor");
  const { replay, isPending, error, isDone } = useReplay(place);
  const built = useNames(place.project, [place.workflow]).get(place.workflow)?.built;
  const version = step.received?.version;
  const failure = step.delivery?.error;
  if (!failure) return null;
  const isOpen = hasFailed(tree, step) && !step.delivery?.replayed_at;
  const newer = mendedIn(version, built);
  const later = step.delivery?.replayed_as?.split("-")[0];
  return (
    <div className={`failure ${step.state === "failed" ? "" : "waits"}`} role="status">
      <p>
        <span className="mono">{failure.code}</span> <Words text={failure.message} />
      </p>
      <ErrorDetails value={failure.details} />
      {error && <Problem error={error} />}
      <div className="row">
        {isOpen && may && newer && !isDone && (
          <Button
            kind="main"
            icon="replay"
            disabled={isPending}
            onClick={() => replay([step], "newest")}
            title="The event goes to this agent alone, in a run of its own"
          >
            Replay in v{newer}
          </Button>
        )}
        {isOpen && may && (
          <Button
            kind={newer ? "plain" : "main"}
            icon="replay"
            disabled={isPending || isDone}
            onClick={() => replay([step], "run")}
            title="As before, in the version of this run"
          >
            {isDone ? "Is being replayed" : newer ? `Replay in v${version}` : "Replay"}
          </Button>
        )}
        {step.state === "failed" && (
          <Link
            className="button plain"
            href={href(`/projects/${place.project}/workflows/${place.workflow}`, { cell: step.cell })}
          >
            Open the agent
          </Link>
        )}
        {step.delivery?.replayed_at && (
          <span className="muted">
            It was replayed
            {later && (
              <>
                {" "}
                in{" "}
                <Link href={`/projects/${place.project}/workflows/${place.workflow}/runs/${later}`}>
                  a run of its own
                </Link>
              </>
            )}
            .
          </span>
        )}
        {step.state === "waiting" && <span className="muted">It is tried again by itself.</span>}
      </div>
      {isOpen && newer && <p className="muted">v{newer} was built since: a replay in it does what was mended.</p>}
    </div>
  );
}

interface SideProps {
  place: RunPlace;
  title: string;
  event: RunEvent;
  /** The event to hold it against. */
  before?: RunEvent;
  names: Map<string, string>;
  others?: React.ReactNode;
}

/** A payload. Marked is what is not as in the event before. */
function Side({ place, title, event, before, names, others }: SideProps) {
  const payload = usePayload(place, event);
  const former = usePayload(place, before);
  const changed = before && former.isKnown && payload.isKnown ? changes(former.value, payload.value) : undefined;
  // Where all is another, marks say nothing.
  const marks = changed?.has("") ? undefined : changed;
  return (
    <div className="step-side">
      <header className="step-side-head">
        <h3>{title}</h3>
        {others || <span className="muted small cut">{event.groups.join(", ")}</span>}
        <span className="grow" />
        <span className="muted small cut">
          {title === "In" ? `from ${names.get(event.cell_id) ?? event.cell_id}` : changed && saysOf(changed)}
        </span>
      </header>
      {payload.error && <Problem error={payload.error} retry={payload.again} />}
      {payload.isKnown && <Payload key={event.id} value={payload.value} changed={marks} />}
    </div>
  );
}

function saysOf(changed: ReadonlySet<string>) {
  if (changed.size === 0) return "unchanged";
  return changed.has("") ? "all new" : `${changed.size} changed`;
}
