// The workflows of a project.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
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
import { useParam } from "../url";

export default function Workflows({ project }: PageProps) {
  const [cursor] = useParam("cursor");
  const may = useMay("editor");
  const [, go] = useLocation();
  const queries = useQueryClient();
  const workflows = useQuery({
    queryKey: ["workflows", project, cursor],
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/workflows", {
          params: { path: { project }, query: { cursor, limit: 200 } },
        }),
      ),
  });
  const make = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/projects/{project}/workflows", {
          params: { path: { project } },
          body: { name: "New workflow", options: { cells: [] } },
        }),
      ),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["workflows", project] });
      go(`/projects/${project}/workflows/${made.data.id}`);
    },
  });
  const rows = workflows.data?.data ?? [];
  const open = (id: string) => `/projects/${project}/workflows/${id}`;
  return (
    <>
      <TopBar title={<h1>Workflows</h1>}>
        {may && (
          <Button kind="main" icon="plus" onClick={() => make.mutate()} disabled={make.isPending}>
            New workflow
          </Button>
        )}
      </TopBar>
      <main className="page">
        {workflows.error && <Problem error={workflows.error} retry={() => workflows.refetch()} />}
        {make.error && <Problem error={make.error} />}
        {workflows.data && rows.length === 0 && <Empty title="There is no workflow yet." />}
        {rows.length > 0 && (
          <List
            label="Workflows"
            rows={rows}
            id={(row) => row.id}
            to={(row) => open(row.id)}
            columns={[
              { title: "State", width: "90px", cell: (row) => <State state={row.state} /> },
              {
                title: "Name",
                width: "minmax(160px, 1fr)",
                cell: (row) => <Link href={open(row.id)}>{row.name}</Link>,
              },
              { title: "Version", width: "80px", number: true, cell: (row) => `v${row.version}` },
              { title: "Changed", width: "120px", cell: (row) => <Time at={row.updated_at} /> },
            ]}
          />
        )}
        <Pages next={workflows.data?.meta.next_cursor} />
      </main>
    </>
  );
}
