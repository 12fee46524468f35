// What lists of a project are filtered by: the workflow, the agent, the version, the time. All of it is in the address.
import { Chips } from "../ui/list";
import { useFilter } from "../url";
import { useWorkflows } from "../workflows/queries";
import "./filters.css";

const WINDOWS: [string, number][] = [
  ["1 h", 3_600_000],
  ["24 h", 24 * 3_600_000],
  ["7 d", 7 * 24 * 3_600_000],
];

/** The beginning of a window that ends now, as the API takes it. */
export function sinceOf(window: string | undefined, now: number): string | undefined {
  const length = WINDOWS.find(([name]) => name === window)?.[1];
  return length === undefined ? undefined : new Date(now - length).toISOString();
}

export function WindowChips() {
  return <Chips name="window" label="Time" choices={WINDOWS.map(([name]) => [name, name])} />;
}

/** A choice of one of several, or of all. */
export function Choice(props: { name: string; label: string; all: string; choices: [string, string][] }) {
  const [chosen, choose] = useFilter(props.name);
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

export function WorkflowChoice({ project }: { project: string }) {
  const workflows = useWorkflows(project);
  const choices = (workflows.data?.data ?? []).map((row): [string, string] => [row.id, row.name]);
  return <Choice name="workflow" label="Workflow" all="All workflows" choices={choices} />;
}

/** The agents of a workflow, by their cells. */
export function AgentChoice({ label, agents, all }: { label: string; agents: Map<string, string>; all: string }) {
  return <Choice name="agent" label={label} all={all} choices={[...agents]} />;
}
