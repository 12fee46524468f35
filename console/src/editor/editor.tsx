// The page of a workflow: its canvas, and all that is done there.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, call } from "../api/client";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { Problem } from "../ui/problem";
import { GraphView } from "./canvas/graph-view";
import { readOptions } from "./model/cells";
import { serverOf } from "./server";

export default function Editor({ project, params }: PageProps) {
  const workflow = params.workflow ?? "";
  const [selected, setSelected] = useState<string>();
  const types = useQuery({
    queryKey: ["agent_types", project],
    queryFn: () => call(api.GET("/api/v1/projects/{project}/workflows/agent_types", { params: { path: { project } } })),
  });
  const opened = useQuery({
    queryKey: ["editor", project, workflow],
    queryFn: async () => {
      const answer = await serverOf(project, workflow).load();
      return { ...answer, cells: readOptions(answer.text).cells };
    },
  });
  if (opened.error) return <Problem error={opened.error} retry={() => opened.refetch()} />;
  if (!opened.data || !types.data) return null;
  return (
    <>
      <TopBar title={<h1>{opened.data.head.name}</h1>} />
      <GraphView cells={opened.data.cells} types={types.data.data} selected={selected} onSelect={setSelected} />
    </>
  );
}
