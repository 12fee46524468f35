// The instances of an agent with their sessions, and the way into a conversation.
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import { Labelled } from "../ui/section";
import { Time } from "../ui/time";
import { toSegment, useParam } from "../url";
import { listInstances, listSessions } from "./session-data";

interface Props {
  project: string;
  agent: string;
}

/** Of so few instances, the sessions are shown at once. */
const FEW = 5;

/** The address of a conversation. */
export function sessionAt(project: string, agent: string, instance: string, session: string) {
  return `/projects/${project}/agents/${toSegment(agent)}/instances/${toSegment(instance)}/sessions/${toSegment(session)}`;
}

export function Instances({ project, agent }: Props) {
  const may = useMay("editor");
  const [opened, open] = useParam("instance");
  const instances = useQuery({
    queryKey: ["instances", project, agent],
    refetchInterval: 10_000,
    queryFn: () => listInstances(project, agent),
  });
  const rows = instances.data ?? [];
  return (
    <div className="column">
      {may && <NewConversation project={project} agent={agent} taken={rows} />}
      {instances.error && <Problem error={instances.error} retry={() => instances.refetch()} />}
      {instances.data && rows.length === 0 && (
        <p className="muted">Nobody has asked it yet. The first message of a conversation makes the instance.</p>
      )}
      <ul className="side-list">
        {rows.map((instance) => {
          const isOpen = opened === instance || (opened === undefined && rows.length <= FEW);
          return (
            <li key={instance}>
              <button
                type="button"
                aria-expanded={isOpen}
                title={instance}
                onClick={() => open(isOpen ? "-" : instance)}
              >
                <Icon name={isOpen ? "chevronDown" : "chevronRight"} />
                <span className="grow cut">{instance}</span>
              </button>
              {isOpen && <Sessions project={project} agent={agent} instance={instance} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Sessions({ project, agent, instance }: Props & { instance: string }) {
  const sessions = useQuery({
    queryKey: ["sessions", project, agent, instance],
    queryFn: () => listSessions(project, agent, instance),
  });
  if (sessions.error) return <Problem error={sessions.error} retry={() => sessions.refetch()} />;
  return (
    <ul className="side-inner">
      {sessions.data?.map(({ session, created_at }) => (
        <li key={session}>
          <Link href={sessionAt(project, agent, instance, session)} title={session}>
            <span className="grow cut">{session}</span>
            {created_at && (
              <span className="muted small">
                <Time at={created_at} />
              </span>
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The first of `try-1`, `try-2`, … that is no instance yet: to begin a conversation nothing needs to be known. */
export function freshInstance(taken: readonly string[]): string {
  let at = 1;
  while (taken.includes(`try-${at}`)) at += 1;
  return `try-${at}`;
}

/** Begins a conversation, or opens one of any instance and session. */
function NewConversation({ project, agent, taken }: Props & { taken: readonly string[] }) {
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
      <div className="row">
        <Button icon="send" onClick={() => go(sessionAt(project, agent, freshInstance(taken), "default"))}>
          Talk to it
        </Button>
        <Button kind="quiet" onClick={() => setOpen(true)}>
          Choose with whom…
        </Button>
      </div>
    );
  }
  return (
    <form className="column side-form" onSubmit={submit}>
      <Labelled label="Instance" help="Whom or what it is about: a customer, a ticket, a branch.">
        {(id) => (
          <input
            id={id}
            name="instance"
            className="field"
            defaultValue={freshInstance(taken)}
            maxLength={512}
            required
          />
        )}
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
