// No runs: the one next step, which is to send an event. With its line to copy, if the workflow has a hook.
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, call } from "../api/client";
import { CopyLine } from "../ui/copy";
import { Empty } from "../ui/empty";

/** The line that sends an event to a hook. */
export const curlOf = (hook: string) => `curl -d '{"total": 250}' -H 'content-type: application/json' ${hook}`;

interface Props {
  project: string;
  workflow?: string;
  isFiltered: boolean;
  agent?: string;
  /** There may be some on the next page. */
  goesOn: boolean;
}

export function NoRuns({ project, workflow, isFiltered, agent, goesOn }: Props) {
  if (goesOn) {
    return <Empty title="None among those that were looked at.">“Older” looks further.</Empty>;
  }
  if (isFiltered) {
    return (
      <Empty title="No run fits these filters.">
        {agent && "Runs are listed by the agent that started them, which is a trigger, or an agent with a schedule."}
      </Empty>
    );
  }
  return (
    <Empty title="Nothing has run yet.">
      <FirstHook project={project} workflow={workflow} />
    </Empty>
  );
}

/** How to begin the first run of a workflow, or of a project's first workflow. */
function FirstHook({ project, workflow }: { project: string; workflow?: string }) {
  const found = useQuery({
    queryKey: ["first-hook", project, workflow],
    queryFn: () => firstHook(project, workflow),
  });
  if (!found.data) return null;
  const { of, hook, isActive } = found.data;
  if (!of) {
    return (
      <Link className="door" href={`/projects/${project}/workflows`}>
        Make a workflow first
      </Link>
    );
  }
  const editor = `/projects/${project}/workflows/${of}`;
  if (!isActive || !hook) {
    return (
      <Link className="door" href={editor}>
        {isActive ? "Open the workflow and send an event to its trigger" : "Open the workflow and start it"}
      </Link>
    );
  }
  return (
    <>
      <p>Send an event to the workflow’s hook:</p>
      <CopyLine text={curlOf(hook)} />
    </>
  );
}

async function firstHook(project: string, workflow?: string) {
  const of = workflow ?? (await firstWorkflow(project));
  if (!of) return {};
  const path = { project, workflow: of };
  const agents = await call(
    api.GET("/api/v1/projects/{project}/workflows/{workflow}/agents", { params: { path, query: { limit: 200 } } }),
  );
  const hook = agents.data.find((agent) => agent.hook_url)?.hook_url ?? undefined;
  return { of, hook, isActive: agents.data.some((agent) => agent.state === "active") };
}

async function firstWorkflow(project: string): Promise<string | undefined> {
  const params = { path: { project }, query: { limit: 200 } };
  const { data } = await call(api.GET("/api/v1/projects/{project}/workflows", { params }));
  return (data.find((row) => row.state === "active") ?? data[0])?.id;
}
