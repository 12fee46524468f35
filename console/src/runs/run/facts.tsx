// The facts of a step: ids, times, attempts, what it waits for, where its event came from and who received what came out.

import { Link } from "wouter";
import { Id } from "../../ui/copy";
import { State } from "../../ui/state";
import { duration, Time } from "../../ui/time";
import { href } from "../../url";
import { Fact } from "../fact";
import type { Delivery, Step, Tree } from "../model/steps";
import { triesOf } from "../model/tries";
import { receiversOf, waitOf } from "./actions";
import type { RunPlace } from "./use-run";

interface Props {
  place: RunPlace;
  tree: Tree;
  step: Step;
  names: Map<string, string>;
  select: (key: string) => void;
}

export function Facts({ place, tree, step, names, select }: Props) {
  const { delivery, received } = step;
  const named = (cell: string) => names.get(cell) ?? cell;
  const cause = received && tree.emitters.get(received.id);
  // An event that a person made like another one has that as its cause, in a run of its own.
  const again = delivery ? undefined : step.emitted[0]?.cause?.event;
  const waits = waitOf(delivery);
  return (
    <dl className="facts">
      {again && (
        <Fact name="Made again">
          <Link className="door" href={href(runAt(place, again), { event: again })}>
            of an event of another run
          </Link>
        </Fact>
      )}
      {cause && (
        <Fact name="Came from">
          <StepDoor step={cause} name={named(cause.cell)} select={select} />
          {received.groups.length > 0 && <span className="muted">in {received.groups.join(", ")}</span>}
        </Fact>
      )}
      {waits && (
        <Fact name="Waits for">
          {waits} {delivery?.waits_until && <Time at={delivery.waits_until} />}
        </Fact>
      )}
      {delivery && <Timings step={step} delivery={delivery} />}
      {delivery?.replayed_at && (
        <Fact name="Replayed">
          <Time at={delivery.replayed_at} />
          <LaterArm tree={tree} delivery={delivery} select={select} />
        </Fact>
      )}
      {delivery?.asked && <Asked place={place} asked={delivery.asked} />}
      {delivery?.task && <Task place={place} task={delivery.task} />}
      {step.emitted.slice(0, 20).map((event, at) => (
        <Fact key={event.id} name={step.emitted.length > 1 ? `Event ${at + 1}` : step.delivery ? "Event out" : "Event"}>
          <span>{event.groups.join(", ")}</span>
          <Time at={event.created_at} />
          <Id id={event.id} />
          <span className="facts-to">
            {receiversOf(tree, event).map((to) => (
              <StepDoor key={to.key} step={to} name={named(to.cell)} select={select} />
            ))}
            {receiversOf(tree, event).length === 0 && <span className="muted">received by nobody</span>}
          </span>
        </Fact>
      ))}
      {received && (
        <Fact name="Event in">
          <Id id={received.id} />
        </Fact>
      )}
      {delivery && (
        <Fact name="Delivery">
          <Id id={delivery.id} />
          {delivery.arm > 0 && <span className="muted">replay {delivery.arm}</span>}
        </Fact>
      )}
    </dl>
  );
}

/** The address of the run of an event: an event's id begins with that of its run. */
function runAt({ project, workflow }: RunPlace, event: string) {
  return `/projects/${project}/workflows/${workflow}/runs/${event.split("-")[0]}`;
}

function Timings({ step, delivery }: { step: Step; delivery: Delivery }) {
  const attempt = triesOf(step);
  const came = step.received ? Date.parse(step.received.created_at) : undefined;
  const queued = came !== undefined && step.began !== undefined ? step.began - came : undefined;
  return (
    <>
      {delivery.began_at && (
        <Fact name="Began">
          <Time at={delivery.began_at} />
          {queued !== undefined && queued > 0 && <span className="muted">{duration(queued)} after its event</span>}
        </Fact>
      )}
      {delivery.took_ms != null && (
        <Fact name="Took">{delivery.took_ms === 0 ? "less than 1 ms" : duration(delivery.took_ms)}</Fact>
      )}
      {attempt !== undefined && <Fact name="Attempt">{attempt}</Fact>}
    </>
  );
}

/** A step as a button that selects it. */
function StepDoor({ step, name, select }: { step: Step; name: string; select: (key: string) => void }) {
  return (
    <button type="button" className="step-door" onClick={() => select(step.key)}>
      <span className="door-name">{name}</span>
      {step.state !== "done" && step.state !== "unknown" && <State state={step.state} />}
    </button>
  );
}

function LaterArm({ tree, delivery, select }: { tree: Tree; delivery: Delivery; select: (key: string) => void }) {
  const later = tree.steps.get(`${delivery.id}.${delivery.arm + 1}`);
  if (!later) return null;
  return <StepDoor step={later} name={later.state === "done" ? "and done" : "see the replay"} select={select} />;
}

function Asked({ place, asked }: { place: RunPlace; asked: NonNullable<Delivery["asked"]> }) {
  const agent = `/projects/${place.project}/agents/${encodeURIComponent(asked.agent)}`;
  const session = `${agent}/instances/${encodeURIComponent(asked.instance)}/sessions/${encodeURIComponent(asked.session)}`;
  return (
    <Fact name="Asked">
      <Link className="door" href={session}>
        {asked.agent} · {asked.instance} · {asked.session}
      </Link>
    </Fact>
  );
}

function Task({ place, task }: { place: RunPlace; task: NonNullable<Delivery["task"]> }) {
  const isHere = task.workflow_id && task.run_id;
  return (
    <Fact name="Sent a task">
      {isHere ? (
        <Link className="door" href={`/projects/${place.project}/workflows/${task.workflow_id}/runs/${task.run_id}`}>
          Its run
        </Link>
      ) : (
        <span>
          to project <Id id={task.project_id} />
        </span>
      )}
    </Fact>
  );
}
