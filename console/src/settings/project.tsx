// The project itself: its name, and its end.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useLocation } from "wouter";
import { api, call } from "../api/client";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Id } from "../ui/copy";
import { Problem } from "../ui/problem";
import { Facts, Labelled, Section } from "../ui/section";
import { Time } from "../ui/time";
import { goes } from "./words";

export function ProjectSettings({ project }: { project: string }) {
  const mayName = useMay("editor");
  const mayDelete = useMay("owner");
  const queries = useQueryClient();
  const path = { project };
  const shown = useQuery({
    queryKey: ["project", project],
    queryFn: () => call(api.GET("/api/v1/projects/{project}", { params: { path } })),
  });
  const rename = useMutation({
    mutationFn: (name: string) => call(api.PATCH("/api/v1/projects/{project}", { params: { path }, body: { name } })),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["project", project] }),
        queries.invalidateQueries({ queryKey: ["projects"] }),
      ]),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (name) rename.mutate(name);
  };
  if (shown.error) return <Problem error={shown.error} retry={() => shown.refetch()} />;
  if (!shown.data) return null;
  const { name, id, created_at } = shown.data.data;
  return (
    <>
      <Section title="Project">
        {mayName && (
          <form className="settings-form" onSubmit={submit}>
            <Labelled label="Name">
              {(field) => (
                <input id={field} name="name" className="field" defaultValue={name} maxLength={200} required />
              )}
            </Labelled>
            <Button type="submit" disabled={rename.isPending}>
              {rename.isSuccess ? "Saved" : "Save the name"}
            </Button>
          </form>
        )}
        {rename.error && <Problem error={rename.error} />}
        <Facts
          facts={[
            ...(mayName ? [] : [["Name", name] satisfies [string, string]]),
            ["Id", <Id key="id" id={id} />],
            ["Made", <Time key="made" at={created_at} />],
            [
              "API",
              <a key="api" className="door mono" href="/openapi.json" target="_blank" rel="noreferrer">
                /openapi.json
              </a>,
            ],
          ]}
        />
      </Section>
      {mayDelete && <Ending project={project} name={name} />}
    </>
  );
}

/** Deleting a project: first it is told what goes. */
function Ending({ project, name }: { project: string; name: string }) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const holds = useQuery({
    queryKey: ["project-holds", project],
    queryFn: async () => {
      const params = { path: { project }, query: { limit: 200 } };
      const lists = await Promise.all([
        call(api.GET("/api/v1/projects/{project}/workflows", { params })),
        call(api.GET("/api/v1/projects/{project}/agents", { params })),
        call(api.GET("/api/v1/projects/{project}/credentials", { params })),
        call(api.GET("/api/v1/projects/{project}/api_keys", { params })),
      ]);
      return lists.map((list) => ({ count: list.data.length, more: list.meta.next_cursor !== null }));
    },
  });
  const end = useMutation({
    mutationFn: () => call(api.DELETE("/api/v1/projects/{project}", { params: { path: { project } } })),
    onSuccess: async () => {
      go("/projects");
      await queries.invalidateQueries({ queryKey: ["projects"] });
    },
  });
  return (
    <Section title="Delete the project">
      <div className="row settings-danger">
        <p className="grow muted">All that the project has goes with it. This cannot be undone.</p>
        <Confirm
          trigger={
            <Button kind="danger" icon="trash">
              Delete the project…
            </Button>
          }
          title={`Delete “${name}”?`}
          action="Delete the project"
          act={() => end.mutate()}
        >
          <p>With it go for good: {holds.data ? `${goes(holds.data)}, and ` : ""}all runs, events and sessions.</p>
          <p>Hooks and feeds end, and other projects' connections to it, too.</p>
        </Confirm>
      </div>
      {end.error && <Problem error={end.error} />}
    </Section>
  );
}
