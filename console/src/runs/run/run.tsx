// A run: its steps as a tree, a timeline or by agent, the graph of its version, and the chosen step. All three select each other.
import { Suspense, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import type { PageProps } from "../../app";
import { TopBar } from "../../frame/frame";
import { part } from "../../part";
import { useMay } from "../../session";
import { Button } from "../../ui/button";
import { Id } from "../../ui/copy";
import { Problem } from "../../ui/problem";
import { State } from "../../ui/state";
import { count, Time } from "../../ui/time";
import { href, useParam } from "../../url";
import { firstOf, stateOf, stepAt } from "../model/steps";
import { useNames } from "../names";
import { failedSteps, mendedIn } from "./actions";
import { AgentSums } from "./agents";
import { useReplay } from "./buttons";
import { StepView } from "./step";
import { Timeline } from "./timeline";
import { StepTree } from "./tree";
import { type RunPlace, useRun, useVersion } from "./use-run";
import "../facts.css";
import "../runs.css";
import "./run.css";

const RunGraph = part(() => import("./graph"));

export default function RunPage({ project, params }: PageProps) {
  const place = { project, workflow: params.workflow ?? "", run: params.run ?? "" };
  // Another run is another page: nothing of the one before is kept.
  return <Shown key={place.run} place={place} />;
}

function Shown({ place }: { place: RunPlace }) {
  const run = useRun(place);
  const { names, options } = useVersion(place, run.version);
  const [, go] = useLocation();
  const [query] = useSearchParams();
  const [step, setStep] = useParam("step");
  const [view, setView] = useParam("view");
  const [cell] = useParam("cell");
  const [only] = useParam("only");
  const [graph, setGraph] = useParam("graph");
  const [first, setFirst] = useState<string>();
  const { tree } = run;
  const event = query.get("event") ?? undefined;
  const isNamed = step !== undefined || event !== undefined;
  const asked = stepAt(tree, { step, event, agent: query.get("agent") ?? undefined });
  // What is looked at first is decided once: a failure that comes later does not take the place of what somebody reads.
  if (first === undefined && run.isWhole) setFirst(firstOf(tree)?.key ?? "");
  // The event that began a run has the run's id.
  const selected = asked ?? tree.steps.get(first ?? place.run);
  const at = `/projects/${place.project}/workflows/${place.workflow}/runs/${place.run}`;
  const shown = view ?? (run.isLarge && !cell && !only ? "agents" : "tree");
  const filter = { agent: cell, state: only };
  const panes = { tree, names, filter, selected, select: (key: string) => setStep(key) };
  return (
    <>
      <RunBar place={place} run={run} />
      {run.error && (
        <div className="run-problem">
          <Problem error={run.error} retry={run.again} />
        </div>
      )}
      {run.isKnown && (
        <main className="run">
          <section className="run-steps" aria-label="Steps of the run">
            <div className="run-views">
              {["tree", "timeline", "agents"].map((name) => (
                <button
                  key={name}
                  type="button"
                  className="chip"
                  aria-pressed={shown === name}
                  onClick={() => setView(name)}
                >
                  {name === "agents" ? "By agent" : name === "tree" ? "Tree" : "Timeline"}
                </button>
              ))}
              <span className="grow" />
              <span className="muted small" aria-live="polite">
                {run.isWhole ? "" : "Reading: "}
                {count(tree.events.size)} events{run.isWhole ? "" : " so far"}
              </span>
              <button
                type="button"
                className="chip run-graph-chip"
                aria-pressed={graph !== "off"}
                onClick={() => setGraph(graph === "off" ? undefined : "off")}
              >
                Graph
              </button>
            </div>
            {(cell || only) && shown !== "agents" && (
              <div className="run-views">
                <span className="muted">
                  Only {[only, cell && (names.get(cell) ?? cell)].filter(Boolean).join(" · ")}
                </span>
                <Button kind="quiet" icon="x" onClick={() => go(href(at, { view: shown, step: selected?.key }))}>
                  All
                </Button>
              </div>
            )}
            {isNamed && !asked && run.isWhole && (
              <p className="run-views muted" role="status">
                The step of this address is not in the run.
              </p>
            )}
            {shown === "tree" && <StepTree {...panes} />}
            {shown === "timeline" && <Timeline {...panes} />}
            {shown === "agents" && (
              <AgentSums tree={tree} names={names} door={(agent) => href(at, { view: "tree", cell: agent })} />
            )}
          </section>
          {graph !== "off" && options !== undefined && (
            <section className="run-graph" aria-label="Graph of the version">
              <Suspense>
                <RunGraph project={place.project} options={options} {...panes} />
              </Suspense>
            </section>
          )}
          <div className="run-step">
            {selected && (
              <StepView key={selected.key} place={place} tree={tree} step={selected} names={names} select={setStep} />
            )}
          </div>
        </main>
      )}
    </>
  );
}

function RunBar({ place, run }: { place: RunPlace; run: ReturnType<typeof useRun> }) {
  const workflow = useNames(place.project, [place.workflow]).get(place.workflow);
  const may = useMay("editor");
  const { replay, isPending, isDone, error } = useReplay(place);
  const base = `/projects/${place.project}/workflows/${place.workflow}`;
  const failed = run.isKnown ? failedSteps(run.tree) : [];
  const newer = mendedIn(run.version, workflow?.built);
  const { origin } = run;
  return (
    <>
      <TopBar
        title={
          <>
            <Link className="door cut run-workflow" href={base}>
              {workflow?.name ?? place.workflow}
            </Link>
            <span className="muted">›</span>
            <Link className="door" href={`${base}/runs`}>
              Runs
            </Link>
            <span className="muted">›</span>
            <h1 className="sr-only">Run</h1>
            <span className="run-id">
              <Id id={place.run} />
            </span>
            {run.isWhole && <State state={stateOf(run.tree)} />}
            {failed.length > 0 && (
              <Link className="failed-count" href={href(`${base}/runs/${place.run}`, { view: "tree", only: "failed" })}>
                {count(failed.length)} {failed.length === 1 ? "failure" : "failures"}
              </Link>
            )}
            {run.version !== undefined && (
              <Link className="muted" href={href(`${base}/runs`, { version: run.version })}>
                v{run.version}
              </Link>
            )}
            {run.startedAt && (
              <span className="muted run-began">
                <Time at={run.startedAt} />
              </span>
            )}
          </>
        }
      >
        {origin?.workflow_id && origin.run_id && (
          <Link
            className="door"
            href={`/projects/${place.project}/workflows/${origin.workflow_id}/runs/${origin.run_id}`}
          >
            Sent by a run
          </Link>
        )}
        {origin && !origin.run_id && (
          <Link className="door" href={`/projects/${place.project}/connections`}>
            From a connection
          </Link>
        )}
        {run.isLarge && run.isWhole && <Button onClick={run.again}>Read again</Button>}
        {may && failed.length > 1 && (
          <Button
            kind="main"
            icon="replay"
            disabled={isPending || isDone}
            onClick={() => replay(failed, newer ? "newest" : "run")}
          >
            Replay {count(failed.length)} failed{newer && ` in v${newer}`}
          </Button>
        )}
      </TopBar>
      {run.limitHit && (
        <p className="run-note">
          The run hit its limit of hops or events: what came after emitted nothing. Look for a circle in the workflow.
        </p>
      )}
      {error && (
        <div className="run-problem">
          <Problem error={error} />
        </div>
      )}
    </>
  );
}
