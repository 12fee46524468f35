// What is said of a workflow beside its name: what it is for, and its tags, by which it is found and started together with others.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useRef } from "react";
import { Link } from "wouter";
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Problem } from "../ui/problem";
import { Labelled } from "../ui/section";
import { href } from "../url";
import { tagsOf } from "./actions";

/** The tags of a workflow: each leads to all that have it. */
export function Tags({ project, tags }: { project: string; tags: string[] }) {
  return tags.map((tag) => (
    <Link key={tag} className="tag" href={href(`/projects/${project}/workflows`, { tag })}>
      {tag}
    </Link>
  ));
}

interface Props {
  project: string;
  workflow: Schemas["Workflow"];
  close: () => void;
}

export function AboutDialog({ project, workflow, close }: Props) {
  const id = useId();
  const first = useRef<HTMLTextAreaElement>(null);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (body: { description: string; tags: string[] }) =>
      call(
        api.PATCH("/api/v1/projects/{project}/workflows/{workflow}", {
          params: { path: { project, workflow: workflow.id } },
          body,
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["workflows", project] });
      close();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({ description: String(form.get("description")), tags: tagsOf(String(form.get("tags"))) });
  };
  return (
    <Dialog className="confirm" labelledBy={id} first={first} close={close}>
      <h2 id={id} className="confirm-title">
        About “{workflow.name}”
      </h2>
      <form className="column" onSubmit={submit}>
        <Labelled label="What it is for">
          {(field) => (
            <textarea
              ref={first}
              id={field}
              name="description"
              className="field"
              rows={4}
              maxLength={2000}
              defaultValue={workflow.description}
            />
          )}
        </Labelled>
        <Labelled label="Tags" help="With commas between them. Workflows of one tag are started and stopped together.">
          {(field) => <input id={field} name="tags" className="field" defaultValue={workflow.tags.join(", ")} />}
        </Labelled>
        {save.error && <Problem error={save.error} />}
        <div className="confirm-buttons">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" kind="main" disabled={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
