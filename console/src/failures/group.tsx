// A group of failures: one agent, one code. It folds; each failure has its event, its replay, and what became of that.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, call } from "../api/client";
import { stateOf, treeOf } from "../runs/model/steps";
import type { WorkflowNames } from "../runs/names";
import type { FailureRow } from "../runs/reads";
import type { ReplayVersion } from "../runs/run/actions";
import { useMay } from "../session";
import { Button, IconButton } from "../ui/button";
import { Clock } from "../ui/clock";
import { Id } from "../ui/copy";
import { ErrorDetails, parts } from "../ui/error-details";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { State } from "../ui/state";
import { count, Time } from "../ui/time";
import { Words } from "../ui/words";
import { href } from "../url";
import type { Group } from "./groups";
import { type Asked, becameOf, mendedFor, runAgainOf } from "./replay";

interface Props {
  project: string;
  group: Group;
  names?: WorkflowNames;
  chosen: ReadonlySet<string>;
  choose: (ids: string[], is: boolean) => void;
  asked: Asked;
  isBusy: boolean;
  /** The list goes on: there may be more of the group. */
  isPart: boolean;
  replay: (rows: FailureRow[]) => void;
  replayGroup: (version: ReplayVersion) => void;
}

/** Of a group, so many failures are shown at first. */
const SHOWN = 3;

export function GroupView({ project, group, names, chosen, choose, asked, isBusy, isPart, ...act }: Props) {
  const [isOpen, setOpen] = useState(true);
  const [isLong, setLong] = useState(false);
  const may = useMay("editor");
  const open = group.rows.filter((row) => !row.replayed_at && !asked.has(row.id));
  const base = `/projects/${project}/workflows/${group.workflow}`;
  const agent = names?.agents.get(group.cell) ?? group.cell;
  const number = `${count(group.rows.length)}${isPart ? "+" : ""}`;
  const shown = isLong ? group.rows : group.rows.slice(0, SHOWN);
  const ids = open.map((row) => row.id);
  const newer = mendedFor(open, names?.built);
  const which = isPart ? "all" : open.length === 1 ? "it" : `all ${count(open.length)}`;
  return (
    <section className="failure-group" aria-label={`${agent}: ${group.code}`}>
      <header className="failure-head">
        <button
          type="button"
          className="failure-fold"
          aria-expanded={isOpen}
          aria-label={`Failures of ${agent} with ${group.code}`}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={12} />
        </button>
        {may && ids.length > 0 && (
          <input
            type="checkbox"
            aria-label={`Choose all of ${agent} with ${group.code}`}
            checked={ids.every((id) => chosen.has(id))}
            onChange={(event) => choose(ids, event.target.checked)}
          />
        )}
        <div className="grow">
          <p className="row failure-title">
            <Link
              className="failure-count"
              href={href(`/projects/${project}/failures`, {
                workflow: group.workflow,
                agent: group.cell,
                code: group.code,
              })}
              title="Show these alone"
            >
              {number}
            </Link>
            <Link
              className="failure-agent cut"
              href={href(base, { cell: group.cell })}
              title="Open the agent in the editor"
            >
              {agent}
            </Link>
            <span className="mono failure-code">{group.code}</span>
            <Link className="muted cut" href={`${base}/runs`}>
              {names?.name ?? group.workflow}
            </Link>
            {group.versions.map((version) => (
              <Link
                key={version}
                className="muted"
                href={href(`${base}/runs`, { version, state: "failed" })}
                title={`Failed runs of version ${version}`}
              >
                v{version}
              </Link>
            ))}
          </p>
          <p className="failure-message">
            <Words text={group.message} />
          </p>
        </div>
        <span className="muted failure-latest">
          <Time at={group.latest} />
        </span>
        {may && open.length > 0 && (
          <Button
            icon="replay"
            disabled={isBusy}
            onClick={() => act.replayGroup(newer ? "newest" : "run")}
            title={
              newer
                ? "Each goes to this agent alone, in a run of its own"
                : "Each is tried again in the version of its run"
            }
          >
            Replay {which}
            {newer && ` in v${newer}`}
          </Button>
        )}
        {may && newer && (
          <Menu
            trigger={<IconButton icon="chevronDown" label="Replay in another version" disabled={isBusy} />}
            items={[
              {
                label: `Replay ${which} in the version that failed`,
                icon: "replay",
                act: () => act.replayGroup("run"),
              },
            ]}
          />
        )}
      </header>
      {isOpen &&
        shown.map((row) => (
          <FailureLine
            key={row.id}
            project={project}
            workflow={group.workflow}
            row={row}
            message={row.message === group.message ? undefined : row.message}
            isAsked={asked.has(row.id)}
            refusal={asked.get(row.id)}
            isChosen={chosen.has(row.id)}
            choose={(is) => choose([row.id], is)}
            isBusy={isBusy}
            newer={mendedFor([row], names?.built)}
            replay={() => act.replay([row])}
          />
        ))}
      {isOpen && group.rows.length > shown.length && (
        <button type="button" className="failure-more" onClick={() => setLong(true)}>
          {count(group.rows.length - shown.length)} more
        </button>
      )}
    </section>
  );
}

interface LineProps {
  project: string;
  workflow: string;
  row: FailureRow;
  message?: string;
  isAsked: boolean;
  refusal: unknown;
  isChosen: boolean;
  choose: (is: boolean) => void;
  isBusy: boolean;
  /** A version that was built since. */
  newer: number | undefined;
  replay: () => void;
}

function FailureLine(props: LineProps) {
  const { project, workflow, row, message, isAsked, refusal, isChosen, isBusy, newer, ...act } = props;
  const [isOpen, setOpen] = useState(false);
  const may = useMay("editor");
  const isReplayed = !!row.replayed_at || (isAsked && refusal === undefined);
  const run = `/projects/${project}/workflows/${workflow}/runs/${row.run_id}`;
  const step = row.event_id ? { event: row.event_id, agent: row.cell_id } : {};
  return (
    <>
      <div className={`list-row failure-line ${isReplayed ? "replayed" : ""}`}>
        <span>
          {may && !isReplayed && (
            <input
              type="checkbox"
              aria-label="Choose this failure"
              checked={isChosen}
              onChange={(event) => act.choose(event.target.checked)}
            />
          )}
        </span>
        <Link className="door cut" data-row href={href(run, step)}>
          <Time at={row.failed_at} /> <Clock at={row.failed_at} />
        </Link>
        <Link className="muted wide" href={href(run, step)} title="Its run, on the graph of this version">
          {row.version ? `v${row.version}` : "—"}
        </Link>
        <span className="cut muted wide">{row.attempts === 1 ? "1 attempt" : `${count(row.attempts)} attempts`}</span>
        <span className="wide">
          <Id id={row.run_id} />
        </span>
        <span className="cut failure-says">
          {message ?? <span className="muted mono">{inShort(row.details)}</span>}
        </span>
        <span className="row failure-end">
          {isReplayed && <Became project={project} workflow={workflow} row={row} />}
          {refusal !== undefined && (
            <span className="failure-refused cut" title={String(refusal)}>
              {refusal instanceof Error ? refusal.message : String(refusal)}
            </span>
          )}
          {row.details != null && (
            <Button kind="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              Details
            </Button>
          )}
          {may && !isReplayed && (
            <IconButton
              icon="replay"
              label={newer ? `Replay in v${newer}` : "Replay"}
              disabled={isBusy}
              onClick={act.replay}
            />
          )}
        </span>
      </div>
      {isOpen && (
        <div className="failure-details">
          <ErrorDetails value={row.details} />
        </div>
      )}
    </>
  );
}

/** Details in one line, where they are not told in the message: their names, and texts as they are. */
function inShort(details: unknown): string {
  const { request, rest } = parts(details);
  const text = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
  const isPlain = rest == null || typeof rest !== "object" || Array.isArray(rest);
  const fields = isPlain ? [text(rest ?? "")] : Object.entries(rest).map(([name, value]) => `${name}: ${text(value)}`);
  return [request, ...fields].filter(Boolean).join(" · ").slice(0, 300);
}

/** What became of a replay: read from the run, or from the one that it made, until that is over. */
function Became({ project, workflow, row }: { project: string; workflow: string; row: FailureRow }) {
  const read = async (run: string) => {
    const path = { project, workflow, run };
    const { data } = await call(
      api.GET("/api/v1/projects/{project}/workflows/{workflow}/runs/{run}", { params: { path } }),
    );
    return treeOf([data]);
  };
  const { data } = useQuery({
    queryKey: ["became", project, workflow, row.run_id, row.id],
    queryFn: async () => {
      const tree = await read(row.run_id);
      const step = becameOf(tree, row);
      const anew = step ? undefined : runAgainOf(tree, row);
      if (anew) return { run: anew, state: stateOf(await read(anew)) };
      return { run: row.run_id, key: step?.key, state: step?.state ?? "pending" };
    },
    refetchInterval: ({ state }) => (state.data && OVER.has(state.data.state) ? false : 2000),
  });
  const state = data?.state ?? "pending";
  const says =
    state === "failed"
      ? "failed again"
      : state === "done"
        ? "replayed, done"
        : `replayed, ${state.replaceAll("_", " ")}`;
  const run = `/projects/${project}/workflows/${workflow}/runs/${data?.run ?? row.run_id}`;
  return (
    <Link href={href(run, { step: data?.key })}>
      <State state={says} tone={state === "done" ? "green" : state === "failed" ? "red" : "amber"} />
    </Link>
  );
}

/** States after which nothing more is to come. */
const OVER = new Set(["done", "failed", "cancelled", "unknown"]);
