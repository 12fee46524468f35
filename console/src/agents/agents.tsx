// The persistent agents of a project.
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { api, call } from "../api/client";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { List, Pages } from "../ui/list";
import { Problem } from "../ui/problem";
import { State } from "../ui/state";
import { Time } from "../ui/time";
import { href, toSegment, useParam } from "../url";
import { standing } from "./definition";
import "./agents.css";

export default function Agents({ project }: PageProps) {
  const [cursor] = useParam("cursor");
  const [naming, setNaming] = useState(false);
  const may = useMay("editor");
  const agents = useQuery({
    queryKey: ["persistent-agents", project, cursor],
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/agents", { params: { path: { project }, query: { cursor, limit: 200 } } }),
      ),
  });
  const rows = agents.data?.data ?? [];
  const empty = agents.data !== undefined && rows.length === 0 && !cursor;
  const open = (name: string) => `/projects/${project}/agents/${toSegment(name)}`;
  return (
    <>
      <TopBar title={<h1>Agents</h1>}>
        {may && !empty && (
          <Button kind="main" icon="plus" onClick={() => setNaming(true)}>
            New agent
          </Button>
        )}
      </TopBar>
      <main className="page">
        {agents.error && <Problem error={agents.error} retry={() => agents.refetch()} />}
        {naming && !empty && <NewAgent project={project} />}
        {empty && (
          <Empty title="There is no persistent agent yet.">
            <p>
              A persistent agent is a text: a model, the tools it may use, and what it is told. It has conversations
              that last, with people, programs and workflows.
            </p>
            {may && <NewAgent project={project} />}
          </Empty>
        )}
        {rows.length > 0 && (
          <List
            label="Persistent agents"
            rows={rows}
            id={(row) => row.name}
            to={(row) => open(row.name)}
            columns={[
              {
                title: "State",
                width: "110px",
                cell: (row) => <State {...standing(row)} />,
              },
              {
                title: "Name",
                width: "minmax(120px, 1fr)",
                cell: (row) => (
                  <Link href={open(row.name)} title={row.name}>
                    {row.name}
                  </Link>
                ),
              },
              {
                title: "What it is for",
                width: "minmax(160px, 2fr)",
                wide: true,
                cell: (row) => <span title={row.description ?? undefined}>{row.description ?? "—"}</span>,
              },
              {
                title: "Version",
                width: "150px",
                cell: (row) =>
                  row.running_version === row.version ? (
                    `v${row.version}`
                  ) : (
                    <Link className="door bad" href={href(open(row.name), { tab: "versions" })}>
                      v{row.version} has errors
                    </Link>
                  ),
              },
              {
                title: "Written",
                width: "80px",
                wide: true,
                cell: (row) => (row.source === "file" ? "in a file" : "here"),
              },
              { title: "Changed", width: "96px", cell: (row) => <Time at={row.updated_at} /> },
            ]}
          />
        )}
        <Pages next={agents.data?.meta.next_cursor} />
      </main>
    </>
  );
}

/** Asks for the name of a new agent; its page then has a text to begin with. */
function NewAgent({ project }: { project: string }) {
  const [, go] = useLocation();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (name) go(href(`/projects/${project}/agents/${toSegment(name)}`, { new: 1 }));
  };
  return (
    <form className="filters" onSubmit={submit}>
      <input
        className="field mono"
        name="name"
        aria-label="Name of a new agent"
        placeholder="Like support"
        pattern="[A-Za-z][A-Za-z0-9_\-]*"
        title="A letter, then letters, digits, - and _"
        maxLength={64}
        required
      />
      <Button type="submit" kind="main" icon="bot">
        Make the agent
      </Button>
    </form>
  );
}
