// What lists of a project are filtered by: the workflow, the agent, the version, the time. All of it is in the address.
import { now } from "../api/clock";
import { IconButton } from "../ui/button";
import { inOrder } from "../ui/order";
import { useFilter } from "../url";
import { useWorkflows } from "../workflows/queries";
import { lastHour, momentOf, toField, useSpan, WINDOWS } from "./span";
import "./filters.css";

export function WindowChips() {
  const span = useSpan();
  return (
    <fieldset className="chips">
      <legend className="sr-only">Time</legend>
      {WINDOWS.map(([name]) => (
        <button
          key={name}
          type="button"
          className="chip"
          aria-pressed={span.window === name}
          onClick={() => span.choose({ window: span.window === name ? undefined : name })}
        >
          {name}
        </button>
      ))}
      {span.isSpan ? (
        <span className="span">
          <Moment label="From" moment={span.from} set={(from) => span.choose({ from, to: span.to })} />
          <span aria-hidden="true">–</span>
          <Moment label="Until" moment={span.to} set={(to) => span.choose({ from: span.from, to })} />
          <IconButton icon="x" label="Any time" onClick={() => span.choose({})} />
        </span>
      ) : (
        <button type="button" className="chip" onClick={() => span.choose(lastHour(now()))}>
          Between…
        </button>
      )}
    </fieldset>
  );
}

function Moment(props: { label: string; moment: string | undefined; set: (moment: string | undefined) => void }) {
  return (
    <input
      type="datetime-local"
      className="span-field"
      aria-label={props.label}
      value={toField(props.moment)}
      // A field that is emptied half-way does not end the span.
      onChange={(event) => props.set(momentOf(event.target.value) ?? props.moment)}
    />
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  all: string;
  choices: [string, string][];
  /** The filters that mean nothing where another one is chosen. */
  within?: readonly string[];
}

/** A choice of one of several, or of all. */
export function Choice(props: ChoiceProps) {
  const [chosen, choose] = useFilter(props.name, props.within);
  const isListed = !chosen || props.choices.some(([value]) => value === chosen);
  return (
    <select
      className="field choice"
      aria-label={props.label}
      value={chosen ?? ""}
      onChange={(event) => choose(event.target.value || undefined)}
    >
      <option value="">{props.all}</option>
      {!isListed && <option value={chosen}>{chosen}</option>}
      {props.choices.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

const OF_WORKFLOW = ["agent", "version"];

export function WorkflowChoice({ project }: { project: string }) {
  const workflows = useWorkflows(project);
  const choices = inOrder(workflows.data?.data ?? []).map((row): [string, string] => [row.id, row.name]);
  return <Choice name="workflow" label="Workflow" all="All workflows" choices={choices} within={OF_WORKFLOW} />;
}

/** The agents of a workflow, by their cells. */
export function AgentChoice({ label, agents, all }: { label: string; agents: Map<string, string>; all: string }) {
  return <Choice name="agent" label={label} all={all} choices={[...agents]} />;
}
