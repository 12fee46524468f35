// The metrics of a workflow: what its agents handled, emitted and failed at, over time and by agent. Every number leads to what it counts.
import { Link, useLocation } from "wouter";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { Empty } from "../ui/empty";
import { Chips } from "../ui/list";
import { inOrder } from "../ui/order";
import { Problem } from "../ui/problem";
import { Section } from "../ui/section";
import { href, useParam } from "../url";
import { useWorkflows } from "../workflows/queries";
import { Charts } from "./charts";
import { useAgents, useLiveliest, useMetrics } from "./data";
import { Splits } from "./lanes";
import { byAgent, byTime, byVersion, counted, totals, WINDOWS, windowOf } from "./measure";
import { AgentTable, Codes, TimeTable, VersionTable } from "./tables";
import "./metrics.css";

const isActive = ({ state }: { state: string }) => state === "active";

export default function Metrics({ project, params }: PageProps) {
  const [, go] = useLocation();
  const [named, name] = useParam("workflow");
  const [agent, setAgent] = useParam("agent");
  const [windowName] = useParam("window");
  const window = windowOf(windowName);
  const workflows = useWorkflows(project);
  const rows = inOrder(workflows.data?.data ?? []);
  const given = params.workflow ?? named;
  const liveliest = useLiveliest(project, given === undefined);
  const usual = () => rows.find((row) => row.id === liveliest.data)?.id ?? rows.find(isActive)?.id ?? rows[0]?.id;
  const workflow = given ?? (liveliest.isPending ? undefined : usual());
  const agents = useAgents(project, workflow);
  const metrics = useMetrics(project, workflow, agent, window);
  const names = new Map(agents.data?.map((row) => [row.cell_id, row.name]));
  const choose = (id: string) => {
    if (params.workflow) go(href(`/projects/${project}/workflows/${id}/metrics`, { window: windowName }));
    else {
      setAgent(undefined);
      name(id);
    }
  };
  const place = workflow ? { project, workflow, agent, window } : undefined;
  const read = metrics.data;
  const bars = read && byTime(read.metrics, window, read.now);
  const versions = byVersion(read?.metrics ?? []);
  const codes = counted(read?.metrics ?? [], "errors_by_code");
  const error = workflows.error ?? agents.error ?? metrics.error;
  const title = rows.find((row) => row.id === workflow)?.name;
  return (
    <>
      <TopBar
        title={
          params.workflow && title ? (
            <>
              <Link className="muted cut" href={`/projects/${project}/workflows/${workflow}`}>
                {title}
              </Link>
              <span className="muted">›</span>
              <h1>Metrics</h1>
            </>
          ) : (
            <h1>Metrics</h1>
          )
        }
      />
      <main className="page">
        {error && <Problem error={error} retry={() => metrics.refetch()} />}
        {workflows.data && rows.length === 0 && (
          <Empty title="There is nothing to measure yet.">
            <p>
              What agents handle is counted by the hour.{" "}
              <Link className="door" href={`/projects/${project}/workflows`}>
                Begin with a workflow
              </Link>
              .
            </p>
          </Empty>
        )}
        {workflow && (
          <>
            <div className="filters">
              <select
                className="field"
                aria-label="Workflow"
                value={workflow}
                onChange={(event) => choose(event.target.value)}
              >
                {rows.map((row) => (
                  <option key={row.id} value={row.id}>
                    {row.name}
                  </option>
                ))}
              </select>
              <select
                className="field"
                aria-label="Agent"
                value={agent ?? ""}
                onChange={(event) => setAgent(event.target.value || undefined)}
              >
                <option value="">All agents</option>
                {agents.data?.map((row) => (
                  <option key={row.cell_id} value={row.cell_id}>
                    {row.name}
                  </option>
                ))}
              </select>
              <Chips
                name="window"
                label="Window"
                choices={WINDOWS.map((each, at) => [at === 0 ? undefined : each.name, each.name])}
              />
              {read?.since && (
                <span className="muted">
                  Since {new Date(read.since).toLocaleString()}: there is too much before it.
                </span>
              )}
            </div>
            {place && read && bars && (
              <div className={metrics.isPlaceholderData ? "metrics-old" : ""}>
                <Charts place={place} bars={bars} totals={totals(read.metrics)} />
                <Section title="By agent">
                  <AgentTable place={place} rows={byAgent(read.metrics)} names={names} />
                </Section>
                <Splits place={place} agents={agents.data ?? []} metrics={read.metrics} />
                {versions.some((sums) => sums.version !== null) && (
                  <Section title="By version">
                    <VersionTable place={place} rows={versions} />
                  </Section>
                )}
                {Object.keys(codes).length > 0 && (
                  <Section title="Failures by code">
                    <Codes place={place} codes={codes} />
                  </Section>
                )}
                <Section title={window.bar < 6 * 3_600_000 ? "By hour" : "By time"}>
                  <TimeTable place={place} bars={bars} />
                </Section>
              </div>
            )}
          </>
        )}
      </main>
    </>
  );
}
