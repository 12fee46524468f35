// One persistent agent: its text at the left; its conversations and versions beside it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { api, call } from "../api/client";
import { ApiError } from "../api/error";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { useMay } from "../session";
import { Button, IconButton } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Empty } from "../ui/empty";
import { Tabs } from "../ui/menu";
import { Problem } from "../ui/problem";
import { State } from "../ui/state";
import { fromSegment, useParam } from "../url";
import { standing, TEMPLATE } from "./definition";
import { DefinitionEditor } from "./definition-editor";
import { Instances } from "./instances";
import { VersionDiff, Versions } from "./versions";
import "./agents.css";

export const DEFINITION = "/api/v1/projects/{project}/agents/{agent}";

export default function Agent({ project, params }: PageProps) {
  const agent = fromSegment(params.agent ?? "");
  const [fresh] = useParam("new");
  const [tab, setTab] = useParam("tab");
  const [version, setVersion] = useParam("version");
  const editor = useMay("editor");
  const queries = useQueryClient();
  const [, go] = useLocation();
  const path = { project, agent };
  const shown = useQuery({
    queryKey: ["persistent-agent", project, agent],
    queryFn: () => call(api.GET(DEFINITION, { params: { path } })),
    refetchOnWindowFocus: false,
  });
  const refresh = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["persistent-agent", project, agent] }),
      queries.invalidateQueries({ queryKey: ["agent-versions", project, agent] }),
      queries.invalidateQueries({ queryKey: ["persistent-agents", project] }),
    ]);
  const remove = useMutation({
    mutationFn: () => call(api.DELETE(DEFINITION, { params: { path } })),
    onSuccess: async () => {
      go(`/projects/${project}/agents`);
      await queries.invalidateQueries({ queryKey: ["persistent-agents", project] });
    },
  });
  const missing = shown.error instanceof ApiError && shown.error.status === 404;
  const known = missing ? undefined : shown.data?.data;
  const title = (
    <>
      <Link className="muted" href={`/projects/${project}/agents`}>
        Agents
      </Link>
      <span className="muted">›</span>
      <h1>{agent}</h1>
      {known && <State {...standing(known)} />}
    </>
  );
  const write = editor && known?.source !== "file";
  return (
    <>
      <TopBar title={title}>
        {known && write && (
          <Confirm
            trigger={<IconButton icon="trash" label="Delete the agent…" />}
            title={`Delete “${agent}”?`}
            action="Delete the agent"
            act={() => remove.mutate()}
          >
            <p>
              Its text and its {known.version} {known.version === 1 ? "version" : "versions"} go for good. What runs in
              its sessions ends; what was said in them stays.
            </p>
          </Confirm>
        )}
      </TopBar>
      {shown.error && !missing && (
        <main className="page">
          <Problem error={shown.error} retry={() => shown.refetch()} />
        </main>
      )}
      {missing && !(fresh && editor) && (
        <main className="page">
          <Empty title={`There is no agent “${agent}”.`}>
            {editor && (
              <Button kind="main" icon="bot" onClick={() => go(`?new=1`)}>
                Write its text
              </Button>
            )}
          </Empty>
        </main>
      )}
      {(known || (missing && fresh && editor)) && (
        <main className="agent-page">
          <div className="agent-main">
            {remove.error && <Problem error={remove.error} />}
            {known && version ? (
              <VersionDiff
                path={path}
                version={Number(version)}
                now={known}
                may={write}
                restored={async () => {
                  await refresh();
                  setVersion(undefined);
                }}
                close={() => setVersion(undefined)}
              />
            ) : (
              <DefinitionEditor
                key={agent}
                path={path}
                saved={known}
                first={TEMPLATE}
                may={write}
                done={async () => {
                  await refresh();
                  if (fresh) go(`/projects/${project}/agents/${params.agent}`, { replace: true });
                }}
              />
            )}
          </div>
          {known && (
            <aside className="agent-side" aria-label="Conversations and versions">
              <Tabs
                chosen={tab ?? "conversations"}
                choose={(id) => setTab(id === "conversations" ? undefined : id)}
                tabs={[
                  {
                    id: "conversations",
                    label: "Conversations",
                    content: <Instances project={project} agent={agent} />,
                  },
                  {
                    id: "versions",
                    label: "Versions",
                    content: <Versions path={path} chosen={version} choose={(number) => setVersion(number, true)} />,
                  },
                ]}
              />
            </aside>
          )}
        </main>
      )}
    </>
  );
}
