// Bringing a workflow in from a file, and telling what it needs afterwards.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import { Link } from "wouter";
import { api, call } from "../api/client";
import { Button, IconButton } from "../ui/button";
import { href, toSegment } from "../url";
import { type Imported, importFile, missing } from "./actions";
import { ReportView } from "./report";

interface Props {
  project: string;
  done: (imported: Imported | undefined) => void;
  failed: (error: unknown) => void;
}

export function ImportButton({ project, done, failed }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const queries = useQueryClient();
  const bring = useMutation({
    mutationFn: async (file: File) => importFile(project, { name: file.name, text: await file.text() }),
    onMutate: () => failed(undefined),
    onError: failed,
    onSuccess: async (imported) => {
      await queries.invalidateQueries({ queryKey: ["workflows", project] });
      done(imported);
    },
  });
  return (
    <>
      <Button className="import-button" icon="upload" disabled={bring.isPending} onClick={() => field.current?.click()}>
        Import a file
      </Button>
      <input
        ref={field}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label="A workflow's file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) bring.mutate(file);
        }}
      />
    </>
  );
}

/** What the project has already of what workflows need. */
function useHas(project: string) {
  return useQuery({
    queryKey: ["has", project],
    queryFn: async () => {
      const params = { path: { project }, query: { limit: 200 } };
      const [credentials, agents, points] = await Promise.all([
        call(api.GET("/api/v1/projects/{project}/credentials", { params })),
        call(api.GET("/api/v1/projects/{project}/agents", { params })),
        call(api.GET("/api/v1/catalog", { params: { query: { limit: 200 } } })),
      ]);
      return {
        credentials: credentials.data.map((row) => row.name),
        agents: agents.data.map((row) => row.name),
        entry_points: points.data.map((row) => row.client_stage_id),
      };
    },
  });
}

/** Tells what came in, and what is still to do before it can be started. */
export function ImportedNote({ project, imported, close }: { project: string; imported: Imported; close: () => void }) {
  const has = useHas(project);
  const { workflow, needs, report } = imported;
  const lacks = has.data && missing(needs, has.data);
  const steps: [string, ReactNode][] = [
    ...(lacks?.credentials ?? []).map((name): [string, ReactNode] => [
      `credential ${name}`,
      <>
        Set the credential{" "}
        <Link className="door mono" href={href(`/projects/${project}/settings/credentials`, { set: name })}>
          {name}
        </Link>
      </>,
    ]),
    ...(lacks?.agents ?? []).map((name): [string, ReactNode] => [
      `agent ${name}`,
      <>
        Write the persistent agent{" "}
        <Link className="door mono" href={href(`/projects/${project}/agents/${toSegment(name)}`, { new: 1 })}>
          {name}
        </Link>
      </>,
    ]),
    ...(lacks?.entry_points ?? []).map((point): [string, ReactNode] => [
      `entry point ${point.client_stage_id}`,
      <>
        Choose another entry point in place of <code>{point.client_stage_id}</code>: the{" "}
        <Link className="door" href={`/projects/${project}/connections?tab=catalogue`}>
          catalogue
        </Link>{" "}
        has those that there are
      </>,
    ]),
  ];
  return (
    <div className="workflow-note" role="status">
      <div className="grow column">
        <p>
          <Link className="door" href={`/projects/${project}/workflows/${workflow.id}`}>
            {workflow.name}
          </Link>{" "}
          was imported.{" "}
          {lacks && !report && (steps.length > 0 ? "Before it is started:" : "All that it needs is there.")}
        </p>
        {report && <ReportView project={project} workflow={workflow.id} report={report} />}
        {steps.length > 0 && (
          <ul className="workflow-note-steps">
            {steps.map(([key, step]) => (
              <li key={key}>{step}</li>
            ))}
          </ul>
        )}
      </div>
      <IconButton icon="x" label="Close" onClick={close} />
    </div>
  );
}
