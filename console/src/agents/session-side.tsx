// Beside a conversation: what runs and waits, what it took, its files, and how to go on in a copy.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { api, call } from "../api/client";
import { useMay } from "../session";
import { Button, IconButton } from "../ui/button";
import { Copy } from "../ui/copy";
import { LongText } from "../ui/long-text";
import { Problem } from "../ui/problem";
import { Facts, Section } from "../ui/section";
import { State } from "../ui/state";
import { count, Time } from "../ui/time";
import { useParam } from "../url";
import { money, type Turn, total } from "./conversation";
import { sessionAt } from "./instances";
import { cancel, fork, readUsage, SESSION, type SessionPath, useOperations } from "./session-data";

interface Props {
  path: SessionPath;
  /** Nothing is asked of a session that is not there yet. */
  isThere: boolean;
  turns: Turn[];
  /** Whether turns before these are not loaded. */
  partly: boolean;
  forking: { upto?: number } | undefined;
  endFork: () => void;
}

export function SessionSide({ path, isThere, turns, partly, forking, endFork }: Props) {
  return (
    <>
      {forking && <ForkForm path={path} upto={forking.upto} close={endFork} />}
      <Operations path={path} isThere={isThere} />
      <Used path={path} isThere={isThere} turns={turns} partly={partly} />
      <Files path={path} isThere={isThere} moved={turns.at(-1)?.last ?? 0} />
    </>
  );
}

/** What the conversation took: all of it, as the server keeps it; from an older server, what is loaded here. */
function Used({ path, isThere, turns, partly }: Pick<Props, "path" | "isThere" | "turns" | "partly">) {
  const kept = useQuery({
    queryKey: ["session-usage", path, turns.at(-1)?.last ?? 0],
    enabled: isThere,
    placeholderData: (before) => before,
    queryFn: () => readUsage(path),
  });
  if (turns.length === 0) return null;
  const usage = kept.data ?? total(turns);
  return (
    <Section title="Used">
      <Facts
        facts={[
          ["Messages", partly ? `the last ${turns.length}` : count(turns.length)],
          ["Tokens read", count(usage.input)],
          ["Tokens written", count(usage.output)],
          ["From the cache", count(usage.cache_read)],
          ...(kept.data ? [["Cost", money(kept.data)] satisfies [string, string]] : []),
        ]}
      />
    </Section>
  );
}

function Operations({ path, isThere }: Pick<Props, "path" | "isThere">) {
  const may = useMay("editor");
  const queries = useQueryClient();
  const operations = useOperations(path, isThere);
  const end = useMutation({
    mutationFn: (run: string) => cancel(path, run),
    onSettled: () => queries.invalidateQueries({ queryKey: ["session-operations", path] }),
  });
  const rows = operations.data ?? [];
  if (rows.length === 0 && !end.error) return null;
  return (
    <Section title="Running and waiting">
      {end.error && <Problem error={end.error} />}
      <ul className="side-list">
        {rows.map((row) => (
          <li key={row.run_id} className="side-row">
            <span className="grow">
              <span className="cut side-message">{row.message}</span>
              <span className="row small">
                <State state={row.state} />
                <span className="muted">
                  {row.source} · <Time at={row.at} />
                </span>
              </span>
            </span>
            {may && (
              <IconButton
                icon={row.state === "running" ? "stop" : "x"}
                label={row.state === "running" ? "End it" : "Take it back"}
                disabled={end.isPending}
                onClick={() => end.mutate(row.run_id)}
              />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Files({ path, isThere, moved }: Pick<Props, "path" | "isThere"> & { moved: number }) {
  const [file, setFile] = useParam("file");
  const files = useQuery({
    // Files change only while something happens.
    queryKey: ["session-files", path, moved],
    enabled: isThere,
    placeholderData: (before) => before,
    queryFn: () => call(api.GET(`${SESSION}/files`, { params: { path, query: { limit: 200 } } })),
  });
  const rows = files.data?.data ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title="Files">
      <ul className="side-list">
        {rows.map((row) => (
          <li key={row.path}>
            <button
              type="button"
              aria-expanded={file === row.path}
              onClick={() => setFile(file === row.path ? undefined : row.path)}
            >
              <code className="grow cut" title={row.path}>
                {row.path}
              </code>
              <span className="muted small">{count(row.bytes)} B</span>
            </button>
            {file === row.path && <FileText path={path} file={row.path} changed={row.changed_at} />}
          </li>
        ))}
      </ul>
      {files.data?.meta.next_cursor && <p className="muted small">These are the first {rows.length}.</p>}
    </Section>
  );
}

function FileText({ path, file, changed }: { path: SessionPath; file: string; changed: string }) {
  const shown = useQuery({
    queryKey: ["session-file", path, file, changed],
    queryFn: () => call(api.GET(`${SESSION}/files/{file}`, { params: { path: { ...path, file } } })),
  });
  if (shown.error) return <Problem error={shown.error} />;
  if (!shown.data) return null;
  return (
    <div className="copy-line side-file">
      <LongText text={shown.data.data.text}>{(text) => <pre>{text}</pre>}</LongText>
      <Copy text={shown.data.data.text} label={`Copy ${file}`} />
    </div>
  );
}

function ForkForm({ path, upto, close }: { path: SessionPath; upto: number | undefined; close: () => void }) {
  const [, go] = useLocation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const copy = useMutation({
    mutationFn: (session: string) => fork(path, session, upto),
    onSuccess: ({ data }) => {
      close();
      go(sessionAt(path.project, data.agent, data.instance, data.session));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = field.current?.value.trim();
    if (name) copy.mutate(name);
  };
  return (
    <Section title="Go on in a copy">
      <form className="column" onSubmit={submit}>
        <p className="muted">
          {upto ? "The conversation up to that answer" : "The whole conversation"}, and the files as they are now.
        </p>
        <input ref={field} className="field" aria-label="Name of the new session" defaultValue={`${path.session}-2`} />
        {copy.error && <Problem error={copy.error} />}
        <div className="row">
          <Button type="submit" kind="main" disabled={copy.isPending}>
            Copy
          </Button>
          <Button onClick={close}>Close</Button>
        </div>
      </form>
    </Section>
  );
}
