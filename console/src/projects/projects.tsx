// The projects that the key opens, and a new one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { Link, useLocation } from "wouter";
import { api, call } from "../api/client";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { List } from "../ui/list";
import { inOrder } from "../ui/order";
import { Problem } from "../ui/problem";
import { Time } from "../ui/time";
import { useProjects } from "./queries";

export function Projects() {
  const projects = useProjects();
  const may = useMay("root");
  const rows = inOrder(projects.data?.data ?? []);
  return (
    <main className="page">
      <h1>Projects</h1>
      {projects.error && <Problem error={projects.error} retry={() => projects.refetch()} />}
      {may && <NewProject />}
      {projects.data && rows.length === 0 && <Empty title="There is no project yet." />}
      {rows.length > 0 && (
        <List
          label="Projects"
          rows={rows}
          id={(row) => row.id}
          to={(row) => `/projects/${row.id}/workflows`}
          columns={[
            {
              title: "Name",
              width: "minmax(160px, 1fr)",
              cell: (row) => (
                <Link href={`/projects/${row.id}/workflows`} title={row.name}>
                  {row.name}
                </Link>
              ),
            },
            { title: "Made", width: "120px", cell: (row) => <Time at={row.created_at} /> },
          ]}
        />
      )}
    </main>
  );
}

function NewProject() {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const field = useRef<HTMLInputElement>(null);
  const make = useMutation({
    mutationFn: (name: string) => call(api.POST("/api/v1/projects", { body: { name } })),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["projects"] });
      go(`/projects/${made.data.id}/workflows`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = field.current?.value.trim();
    if (name) make.mutate(name);
  };
  return (
    <form className="filters" onSubmit={submit}>
      <input
        ref={field}
        className="field"
        aria-label="Name of a new project"
        placeholder="A new project"
        maxLength={200}
      />
      <Button type="submit" icon="plus" disabled={make.isPending}>
        Make it
      </Button>
      {make.error && <Problem error={make.error} />}
    </form>
  );
}
