// The workflows of a project, and the first steps where there is none.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { api, call } from "../api/client";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { List, Pages } from "../ui/list";
import { inOrder } from "../ui/order";
import { Problem } from "../ui/problem";
import { State } from "../ui/state";
import { Time } from "../ui/time";
import { useFilter, useParam } from "../url";
import { Tags } from "./about";
import { actOnAll, type Imported, make, makeFirst } from "./actions";
import { CameIn, Errors, LastEvent } from "./activity";
import { ImportButton, ImportedNote } from "./import";
import { RowMenu } from "./row-menu";
import "./workflows.css";

/** What is shown of the state of a workflow: a new one was never started. */
const STATES = { new: "draft", active: "active", paused: "stopped" } as const;

export default function Workflows({ project }: PageProps) {
  const [cursor] = useParam("cursor");
  const [tag, setTag] = useFilter("tag");
  const may = useMay("editor");
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [imported, setImported] = useState<Imported>();
  const workflows = useQuery({
    queryKey: ["workflows", project, cursor, tag],
    refetchInterval: 15_000,
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/workflows", {
          params: { path: { project }, query: { cursor, tag, limit: 200 } },
        }),
      ),
  });
  const making = useMutation({
    mutationFn: (action: () => Promise<{ id: string }>) => action(),
    onMutate: () => setError(undefined),
    onError: setError,
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["workflows", project] });
      go(open(made.id));
    },
  });
  const all = useMutation({
    mutationFn: (what: "start" | "stop") => actOnAll(project, what, tag ?? ""),
    onMutate: () => setError(undefined),
    onError: setError,
    onSettled: () => queries.invalidateQueries({ queryKey: ["workflows", project] }),
  });
  const page = workflows.data?.data ?? [];
  // The pages of a list that goes on are in an order of the server's.
  const rows = cursor || workflows.data?.meta.next_cursor ? page : inOrder(page);
  const empty = workflows.data !== undefined && rows.length === 0 && !cursor && !tag;
  const nameOf = (id: string) => rows.find((row) => row.id === id)?.name ?? id;
  const open = (id: string) => `/projects/${project}/workflows/${id}`;
  const bring = <ImportButton project={project} done={setImported} failed={setError} />;
  const begin = (kind: "main" | "plain") => (
    <Button kind={kind} icon="plus" onClick={() => making.mutate(() => make(project))} disabled={making.isPending}>
      New workflow
    </Button>
  );
  return (
    <>
      <TopBar title={<h1>Workflows</h1>}>
        {may && !empty && (
          <>
            {bring}
            {begin("main")}
          </>
        )}
      </TopBar>
      <main className="page">
        {workflows.error && <Problem error={workflows.error} retry={() => workflows.refetch()} />}
        {error !== undefined && <Problem error={error} />}
        {imported && <ImportedNote project={project} imported={imported} close={() => setImported(undefined)} />}
        {empty && !may && <Empty title="There is no workflow yet." />}
        {empty && may && (
          <Empty title="Begin with a workflow that works">
            <p>
              The demo takes GitHub's pushes, keeps those to main, tells them in one of two ways, and gives a feed. It
              starts at once: one line posts an event to it.
            </p>
            <div className="row">
              <Button
                kind="main"
                icon="play"
                onClick={() => making.mutate(() => makeFirst(project))}
                disabled={making.isPending}
              >
                Make the demo
              </Button>
              {begin("plain")}
              {bring}
            </div>
          </Empty>
        )}
        {tag && (
          <div className="row workflow-tag">
            <span>
              Tagged <b>{tag}</b>
            </span>
            {may && rows.length > 0 && (
              <>
                <Button icon="play" onClick={() => all.mutate("start")} disabled={all.isPending}>
                  Start all
                </Button>
                <Button icon="stop" onClick={() => all.mutate("stop")} disabled={all.isPending}>
                  Stop all
                </Button>
              </>
            )}
            <Button kind="plain" onClick={() => setTag(undefined)}>
              Show every workflow
            </Button>
          </div>
        )}
        {all.data && all.data.length > 0 && (
          <p className="workflow-note" role="status">
            Left as they were, since they have errors: {all.data.map(nameOf).join(", ")}.
          </p>
        )}
        {rows.length > 0 && (
          <List
            label="Workflows"
            rows={rows}
            id={(row) => row.id}
            to={(row) => open(row.id)}
            columns={[
              { title: "State", width: "84px", cell: (row) => <State state={STATES[row.state]} /> },
              {
                title: "Name",
                width: "minmax(96px, 1fr)",
                cell: (row) => (
                  <>
                    <Link href={open(row.id)} title={row.description || row.name}>
                      {row.name}
                    </Link>
                    <Tags project={project} tags={row.tags} />
                  </>
                ),
              },
              {
                title: "Runs, 24 h",
                wide: true,
                width: "84px",
                number: true,
                cell: (row) => <CameIn project={project} workflow={row.id} />,
              },
              {
                title: "Failed, 24 h",
                width: "76px",
                number: true,
                cell: (row) => <Errors project={project} workflow={row.id} />,
              },
              {
                title: "Last event",
                wide: true,
                width: "96px",
                cell: (row) => <LastEvent project={project} workflow={row.id} />,
              },
              {
                title: "Version",
                wide: true,
                width: "92px",
                cell: (row) => <Versions saved={row.version} built={row.built_version} />,
              },
              { title: "Changed", wide: true, width: "96px", cell: (row) => <Time at={row.updated_at} /> },
              {
                title: "Actions",
                unseen: true,
                width: "28px",
                cell: (row) => <RowMenu project={project} workflow={row} failed={setError} />,
              },
            ]}
          />
        )}
        <Pages next={workflows.data?.meta.next_cursor} />
      </main>
    </>
  );
}

/** The version that runs; and the one that is saved, if it is another. */
function Versions({ saved, built }: { saved: number; built: number }) {
  if (built === 0) return <span className="muted">v{saved}, saved</span>;
  if (built === saved) return <>v{saved}</>;
  return (
    <span title={`Version ${built} runs; version ${saved} is saved.`}>
      v{built} <span className="muted">+{saved - built} saved</span>
    </span>
  );
}
