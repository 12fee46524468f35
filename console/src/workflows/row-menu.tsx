// What can be done to a workflow of the list.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import type { Schemas } from "../api/types";
import { useMay } from "../session";
import { IconButton } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { type Item, Menu } from "../ui/menu";
import { count } from "../ui/time";
import { AboutDialog } from "./about";
import { duplicate, remove, save, start, stop } from "./actions";
import { useSummary } from "./activity";

interface Props {
  project: string;
  workflow: Schemas["Workflow"];
  failed: (error: unknown) => void;
}

export function RowMenu({ project, workflow, failed }: Props) {
  const may = useMay("editor");
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const [describing, setDescribing] = useState(false);
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onMutate: () => failed(undefined),
    onError: failed,
    onSettled: () => queries.invalidateQueries({ queryKey: ["workflows", project] }),
  });
  const { id, name, state } = workflow;
  const running = state === "active";
  const change: Item[] = [
    running
      ? { label: "Stop", icon: "stop", act: () => act.mutate(() => stop(project, id)) }
      : { label: "Start", icon: "play", act: () => act.mutate(() => start(project, id)) },
    { label: "About…", icon: "folder", act: () => setDescribing(true) },
    { label: "Duplicate", icon: "copy", act: () => act.mutate(() => duplicate(project, id)) },
  ];
  const items: Item[] = [
    ...(may ? change : []),
    { label: "Metrics", icon: "activity", act: () => go(`/projects/${project}/workflows/${id}/metrics`) },
    { label: "Export", icon: "download", act: () => act.mutate(() => save(project, id)) },
    ...(may ? [{ label: "Delete…", icon: "trash", danger: true, act: () => setAsking(true) } satisfies Item] : []),
  ];
  return (
    <>
      <Menu trigger={<IconButton icon="more" label={`What to do with ${name}`} />} items={items} />
      {describing && <AboutDialog project={project} workflow={workflow} close={() => setDescribing(false)} />}
      {asking && (
        <Confirm
          open
          close={() => setAsking(false)}
          title={`Delete “${name}”?`}
          action="Delete the workflow"
          act={() => act.mutate(() => remove(project, id))}
        >
          <Goes project={project} workflow={workflow} />
        </Confirm>
      )}
    </>
  );
}

/** What goes with a workflow. */
function Goes({ project, workflow }: { project: string; workflow: Schemas["Workflow"] }) {
  const known = useSummary(project, workflow.id);
  return (
    <>
      <p>
        {workflow.built_version === 0
          ? "Its canvas"
          : `${known ? count(known.agents) : "Its"} agents with their memory and logs`}
        , {workflow.version} {workflow.version === 1 ? "version" : "versions"}, and all its runs and events
        {known && known.emitted > 0 ? ` (${count(known.emitted)} events in the last 24 hours)` : ""} go for good. Its
        hooks and feeds end.
      </p>
      {workflow.state === "active" && <p>It is running: what is in flight ends as cancelled.</p>}
    </>
  );
}
