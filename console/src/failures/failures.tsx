// What failed in a project, grouped by agent and code: why, what to do, and the replay of one, some, or all of a group.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { allRows } from "../api/pages";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { AgentChoice, Choice, WindowChips, WorkflowChoice } from "../runs/filters";
import { useNames } from "../runs/names";
import { type FailureRow, listFailures } from "../runs/reads";
import { type ReplayVersion, replay as replayOne } from "../runs/run/actions";
import { useSpan } from "../runs/span";
import { useHeld } from "../runs/use-held";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { Chips, Pages, useRowKeys } from "../ui/list";
import { News } from "../ui/news";
import { Problem } from "../ui/problem";
import { Reading } from "../ui/reading";
import { count } from "../ui/time";
import { useFilter, useParam } from "../url";
import { GroupView } from "./group";
import { choose, type Group, groupsOf } from "./groups";
import { type Asked, mendedFor, replayMany } from "./replay";
import "./failures.css";

type OfRow = (row: FailureRow) => string;
type VersionOfRow = (row: FailureRow) => ReplayVersion;

export default function Failures({ project }: PageProps) {
  const [workflow] = useFilter("workflow");
  const [agent] = useFilter("agent");
  const [version] = useFilter("version");
  const [code] = useFilter("code");
  const span = useSpan();
  const [replayed] = useFilter("replayed");
  const [cursor] = useParam("cursor");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const may = useMay("editor");
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(body);
  const place = { project, workflow };
  const filter = {
    agent: workflow && agent,
    version: workflow && version,
    code,
    replayed: replayed === "shown" ? undefined : "false",
  };
  const failures = useHeld<FailureRow>({
    key: ["failures", project, workflow, filter, span.key, cursor],
    read: (limit) => listFailures(place, { ...filter, ...span.asked(), cursor, limit }),
    id: (row) => row.id,
    isLive: !cursor,
    isCostly: !workflow,
  });
  const names = useNames(
    project,
    failures.rows.map((row) => row.workflow_id),
  );
  const { asked, isBusy, progress, error, replayAll } = useReplays(project);
  const isFiltered = [workflow, code, span.key, cursor].some(Boolean);
  const groups = groupsOf(failures.rows);
  const versions = [...new Set(failures.rows.map((row) => row.version))]
    .filter((v) => v !== null)
    .sort((a, b) => b - a);
  const open = (row: FailureRow) => !row.replayed_at && !asked.has(row.id);
  const picked = failures.rows.filter((row) => chosen.has(row.id) && open(row));
  const ofRow = (row: FailureRow) => row.workflow_id;
  const builtOf = (row: FailureRow) => names.get(row.workflow_id)?.built;
  // What was mended since is what a replay is for: it runs in the newest version, where that is not the one that failed.
  const versionOf: VersionOfRow = (row) => (mendedFor([row], builtOf(row)) ? "newest" : "run");
  const mended = [...new Set(picked.map((row) => mendedFor([row], builtOf(row))))];
  const replayGroup = (group: Group, version: ReplayVersion) => {
    const of = { project, workflow: group.workflow };
    const only = { agent: group.cell, version: filter.version, code: group.code, replayed: "false", ...span.asked() };
    replayAll(
      allRows((next) => listFailures(of, { ...only, cursor: next })),
      () => group.workflow,
      () => version,
    );
  };
  return (
    <>
      <TopBar title={<h1>Failures</h1>}>
        {progress && (
          <span className="muted" role="status">
            Replaying: {count(progress.done)} of {count(progress.of)}
          </span>
        )}
        {may && picked.length > 0 && (
          <Button kind="main" icon="replay" disabled={isBusy} onClick={() => replayAll(picked, ofRow, versionOf)}>
            Replay {count(picked.length)} chosen{mended.length === 1 && mended[0] && ` in v${mended[0]}`}
          </Button>
        )}
      </TopBar>
      <main className="page">
        <div className="filters">
          <Chips
            name="replayed"
            label="Replayed"
            choices={[
              [undefined, "To be mended"],
              ["shown", "Replayed too"],
            ]}
          />
          <WindowChips />
          <WorkflowChoice project={project} />
          {workflow && <AgentChoice label="Agent" agents={names.get(workflow)?.agents ?? new Map()} all="All agents" />}
          {workflow && (version || versions.length > 1) && (
            <Choice
              name="version"
              label="Version"
              all="Any version"
              choices={versions.map((v) => [String(v), `v${v}`])}
            />
          )}
          {(code || groups.length > 1) && (
            <Choice
              name="code"
              label="Code"
              all="All codes"
              choices={[...new Set(groups.map((group) => group.code))].map((each) => [each, each])}
            />
          )}
          <News fresh={failures.fresh} isMany={failures.isMany} gone={failures.gone.size} show={failures.show} />
        </div>
        {error && <Problem error={error} />}
        {failures.error && <Problem error={failures.error} retry={failures.again} />}
        {!failures.isKnown && !failures.error && <Reading />}
        {failures.isKnown && groups.length === 0 && (
          <Empty title={titleOf(!!failures.next, isFiltered)}>
            {failures.next ? "“Older” looks further." : "What fails for good is here, to be mended and replayed."}
          </Empty>
        )}
        <div ref={body} className="failure-groups">
          {groups.map((group) => (
            <GroupView
              key={group.key}
              project={project}
              group={group}
              names={names.get(group.workflow)}
              chosen={chosen}
              choose={(ids, is) => setChosen((now) => choose(now, ids, is))}
              asked={asked}
              isBusy={isBusy}
              isPart={!!failures.next || !!cursor}
              replay={(rows) => replayAll(rows, ofRow, versionOf)}
              replayGroup={(version) => replayGroup(group, version)}
            />
          ))}
        </div>
        <Pages next={failures.next} />
      </main>
    </>
  );
}

function titleOf(goesOn: boolean, isFiltered: boolean) {
  if (goesOn) return "None among those that were looked at.";
  return isFiltered ? "No failure fits these filters." : "Nothing has failed.";
}

interface Replays {
  rows: FailureRow[] | Promise<FailureRow[]>;
  workflow: OfRow;
  version: VersionOfRow;
}

/** The replays that were asked for on this page, and what came of asking. */
function useReplays(project: string) {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>(new Map());
  const [progress, setProgress] = useState<{ done: number; of: number }>();
  const replay = useMutation({
    mutationFn: async ({ rows, workflow, version }: Replays) => {
      const all = await rows;
      setProgress({ done: 0, of: all.length });
      await replayMany(
        all,
        (row) => replayOne({ project, workflow: workflow(row) }, row.id, version(row)),
        (id, error) => {
          setAsked((now) => new Map(now).set(id, error));
          setProgress((now) => now && { ...now, done: now.done + 1 });
        },
      );
    },
    onSettled: () => {
      setProgress(undefined);
      return queries.invalidateQueries({ queryKey: ["overview", project] });
    },
  });
  return {
    asked,
    progress,
    error: replay.error,
    isBusy: replay.isPending,
    replayAll: (rows: Replays["rows"], workflow: OfRow, version: VersionOfRow) =>
      replay.mutate({ rows, workflow, version }),
  };
}
