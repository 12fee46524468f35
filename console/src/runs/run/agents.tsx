// What each agent did in a run: of a run of ten thousand events, this is read first.
import { type Column, List } from "../../ui/list";
import { count, duration } from "../../ui/time";
import { type AgentSum, sumsOf } from "../model/marks";
import type { Tree } from "../model/steps";

interface Props {
  tree: Tree;
  names: Map<string, string>;
  /** The address of the steps of an agent, of those in one state alone if it is given. */
  door: (cell: string, state?: string) => string;
}

export function AgentSums({ tree, names, door }: Props) {
  const columns: Column<AgentSum>[] = [
    { title: "Agent", width: "minmax(90px, 1fr)", cell: (sum) => names.get(sum.cell) ?? sum.cell },
    { title: "Steps", width: "52px", number: true, cell: (sum) => count(sum.steps) },
    { title: "Events", width: "52px", number: true, cell: (sum) => count(sum.emitted) },
    {
      title: "Failed",
      width: "48px",
      number: true,
      cell: (sum) => <span className={sum.failed > 0 ? "failed-count" : "muted"}>{count(sum.failed)}</span>,
    },
    {
      title: "Longest",
      width: "64px",
      number: true,
      wide: true,
      cell: (sum) => (sum.longest > 0 ? duration(sum.longest) : <span className="muted">&lt;1 ms</span>),
    },
  ];
  return (
    <div className="sums">
      <List
        label="Agents of the run"
        rows={sumsOf(tree)}
        columns={columns}
        id={(sum) => sum.cell}
        to={(sum) => door(sum.cell)}
      />
    </div>
  );
}
