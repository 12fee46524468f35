// The hooks and feeds of all workflows of the project, to copy.
import { Link } from "wouter";
import { useMay } from "../session";
import { Copy } from "../ui/copy";
import { Empty } from "../ui/empty";
import { List } from "../ui/list";
import { Problem } from "../ui/problem";
import { Reading } from "../ui/reading";
import { Section } from "../ui/section";
import { State } from "../ui/state";
import { MOST_WORKFLOWS, type Placed, useAllAgents } from "../workflows/all-agents";

interface Address {
  workflow: { id: string; name: string; state: string };
  agent: { id: string; name: string };
  url: string;
  /** What it gives, where an agent has several. */
  form?: "RSS" | "JSON" | "page";
}

/** The addresses that agents have. */
export function addresses(placed: Placed[]): { hooks: Address[]; feeds: Address[] } {
  const [hooks, feeds]: [Address[], Address[]] = [[], []];
  for (const { workflow, agent } of placed) {
    const { cell_id: id, name, hook_url, feed_url, page_url } = agent;
    const of = { workflow, agent: { id, name } };
    if (hook_url) hooks.push({ ...of, url: hook_url });
    if (feed_url)
      feeds.push({ ...of, url: `${feed_url}.xml`, form: "RSS" }, { ...of, url: `${feed_url}.json`, form: "JSON" });
    if (page_url) feeds.push({ ...of, url: page_url, form: "page" });
  }
  return { hooks, feeds };
}

export function Addresses({ project }: { project: string }) {
  const editor = useMay("editor");
  const found = useAllAgents(project);
  if (found.error) return <Problem error={found.error} retry={() => found.refetch()} />;
  if (!found.data) return <Reading />;
  const { hooks, feeds } = addresses(found.data.placed);
  if (hooks.length + feeds.length === 0) {
    return (
      <Empty title="No workflow has a hook or a feed.">
        <p>
          A <code>webhook</code> on a workflow takes events from outside; a <code>data_output</code> gives a feed.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {editor && (
        <Section title="Hooks">
          <p className="muted">Whoever has the address of a hook can post events to it.</p>
          <Table project={project} label="Hooks" rows={hooks} />
        </Section>
      )}
      <Section title="Feeds">
        <p className="muted">Whoever has the address of a feed can read it.</p>
        <Table project={project} label="Feeds" rows={feeds} />
      </Section>
      {found.data.more && <p className="muted">These are the addresses of the first {MOST_WORKFLOWS} workflows.</p>}
    </>
  );
}

function Table({ project, label, rows }: { project: string; label: string; rows: Address[] }) {
  if (rows.length === 0) return <p className="muted">There are none.</p>;
  return (
    <List
      label={label}
      rows={rows}
      id={(row) => row.url}
      columns={[
        {
          title: "State",
          width: "84px",
          cell: (row) => <State state={row.workflow.state === "active" ? "active" : "stopped"} />,
        },
        {
          title: "Workflow",
          width: "minmax(120px, 1fr)",
          cell: (row) => (
            <Link className="door" href={`/projects/${project}/workflows/${row.workflow.id}?cell=${row.agent.id}`}>
              {row.workflow.name}
            </Link>
          ),
        },
        { title: "Agent", width: "minmax(100px, 1fr)", cell: (row) => row.agent.name },
        {
          title: "Address",
          width: "minmax(180px, 2fr)",
          cell: (row) => (
            <span className="address">
              {row.form && <span className="muted">{row.form}</span>}
              <code className="cut" title={row.url}>
                {row.url}
              </code>
              <Copy text={row.url} label="Copy the address" />
            </span>
          ),
        },
      ]}
    />
  );
}
