// The instances of an agent with their sessions, and the way into a conversation.
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { api, call } from "../api/client";
import { ApiError } from "../api/error";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import { Labelled } from "../ui/section";
import { toSegment } from "../url";

interface Props {
  project: string;
  agent: string;
}

/** The address of a conversation. */
export function sessionAt(project: string, agent: string, instance: string, session: string) {
  return `/projects/${project}/agents/${toSegment(agent)}/instances/${toSegment(instance)}/sessions/${toSegment(session)}`;
}

/** The instances that were asked something. Of an agent that nobody asked, the list is not there. */
async function listInstances(project: string, agent: string) {
  const path = { project, name: agent };
  try {
    const page = await call(
      api.GET("/p/{project}/admin/agents/{name}/instances", { params: { path, query: { limit: 200 } } }),
    );
    return page.instances;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

export function Instances({ project, agent }: Props) {
  const may = useMay("editor");
  const instances = useQuery({
    queryKey: ["instances", project, agent],
    refetchInterval: 10_000,
    queryFn: () => listInstances(project, agent),
  });
  const rows = instances.data ?? [];
  return (
    <div className="column">
      {may && <NewConversation project={project} agent={agent} />}
      {instances.error && <Problem error={instances.error} retry={() => instances.refetch()} />}
      {instances.data && rows.length === 0 && (
        <p className="muted">Nobody has asked it yet. The first message of a conversation makes the instance.</p>
      )}
      <ul className="side-list">
        {rows.map(({ instanceId }) => (
          <li key={instanceId}>
            <Link href={sessionAt(project, agent, instanceId, "default")} title={instanceId}>
              <Icon name="bot" />
              <span className="grow cut">{instanceId}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Opens a conversation of any instance: one that there is, or another. */
function NewConversation({ project, agent }: Props) {
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    go(sessionAt(project, agent, text("instance"), text("session") || "default"));
  };
  if (!open) {
    return (
      <div>
        <Button icon="send" onClick={() => setOpen(true)}>
          Talk to it
        </Button>
      </div>
    );
  }
  return (
    <form className="column side-form" onSubmit={submit}>
      <Labelled label="Instance" help="Whom or what it is about: a customer, a ticket, a branch.">
        {(id) => <input id={id} name="instance" className="field" defaultValue="try-1" maxLength={512} required />}
      </Labelled>
      <Labelled label="Session" help="One of its conversations.">
        {(id) => <input id={id} name="session" className="field" defaultValue="default" maxLength={512} required />}
      </Labelled>
      <div className="row">
        <Button type="submit" kind="main">
          Open
        </Button>
        <Button onClick={() => setOpen(false)}>Close</Button>
      </div>
    </form>
  );
}
