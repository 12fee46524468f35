// A conversation with an agent: what was said, what it is doing, and a field to say more.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { useMay } from "../session";
import { Button, IconButton } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Problem } from "../ui/problem";
import { count } from "../ui/time";
import { fromSegment, toSegment } from "../url";
import { Composer, isElsewhere, useAsking } from "./composer";
import { conversation } from "./conversation";
import { keyOf, loadEarlier, remove, type SessionPath, useLog, useOperations } from "./session-data";
import { SessionSide } from "./session-side";
import { Asked, Steps, TurnView } from "./turns";
import "./agents.css";
import "./session.css";

export default function Session({ project, params }: PageProps) {
  const [agent = "", instance = "", session = ""] = [params.agent, params.instance, params.session].map((part) =>
    fromSegment(part ?? ""),
  );
  const path = useMemo(() => ({ project, agent, instance, session }), [project, agent, instance, session]);
  return <Conversation key={`${agent}/${instance}/${session}`} path={path} />;
}

function Conversation({ path }: { path: SessionPath }) {
  const { project, agent, instance, session } = path;
  const may = useMay("editor");
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [side, setSide] = useState(false);
  const [forking, setForking] = useState<{ upto?: number }>();
  const asking = useAsking(path);
  const log = useLog(path, asking.live !== undefined || isElsewhere(asking.error));
  const isThere = log.data?.isThere === true;
  const operations = useOperations(path, isThere);
  const turns = useMemo(() => conversation(log.data?.events ?? []), [log.data]);
  // While an answer streams, the session's own events tell of the same turn, more slowly.
  const shown = asking.live && turns.at(-1)?.state === "running" ? turns.slice(0, -1) : turns;
  const earlier = useMutation({ mutationFn: () => loadEarlier(queries, path) });
  const end = useMutation({
    mutationFn: () => remove(path),
    onSuccess: async () => {
      queries.removeQueries({ queryKey: keyOf(path) });
      go(`/projects/${project}/agents/${toSegment(agent)}`);
      await queries.invalidateQueries({ queryKey: ["instances", project, agent] });
    },
  });
  const forkHere = useCallback((upto: number) => {
    setForking({ upto });
    setSide(true);
  }, []);
  const busy = (operations.data?.length ?? 0) > 0;
  const title = (
    <>
      <Link className="muted" href={`/projects/${project}/agents`}>
        Agents
      </Link>
      <span className="muted">›</span>
      <Link className="muted cut" href={`/projects/${project}/agents/${toSegment(agent)}`} title={agent}>
        {agent}
      </Link>
      <span className="muted">›</span>
      <h1 title={`${instance} / ${session}`}>
        {instance} <span className="muted">/</span> {session}
      </h1>
    </>
  );
  const last = log.data?.events.at(-1)?.number ?? 0;
  return (
    <>
      <TopBar title={title}>
        {may && last > 0 && (
          <>
            <Button
              icon="branch"
              onClick={() => {
                setForking({});
                setSide(true);
              }}
            >
              Fork
            </Button>
            {!busy && (
              <Confirm
                trigger={<IconButton icon="trash" label="Delete the session…" />}
                title={`Delete the session “${session}”?`}
                action="Delete the session"
                act={() => end.mutate()}
              >
                <p>
                  All that was said in it ({count(last)} {last === 1 ? "event" : "events"}) and its files go for good.
                </p>
              </Confirm>
            )}
          </>
        )}
        <IconButton
          className="session-toggle"
          icon="panel"
          label="Show or hide what is beside"
          aria-expanded={side}
          onClick={() => setSide(!side)}
        />
      </TopBar>
      <main className={`session ${side ? "with-side" : ""}`}>
        <div className="session-main">
          <Scroll follow={`${last} ${asking.live?.answer.steps.length}`} own={asking.live !== undefined}>
            {log.error && <Problem error={log.error} retry={() => log.refetch()} />}
            {end.error && <Problem error={end.error} />}
            {(log.data?.from ?? 0) > 0 && (
              <div className="session-earlier">
                <Button disabled={earlier.isPending} onClick={() => earlier.mutate()}>
                  Earlier
                </Button>
              </div>
            )}
            {log.data && shown.length === 0 && !asking.live && (
              <p className="session-empty muted">
                {may ? "Nothing was said yet. What you write begins the conversation." : "Nothing was said yet."}
              </p>
            )}
            {shown.map((turn) => (
              <TurnView key={turn.run} project={project} turn={turn} forkHere={may ? forkHere : undefined} />
            ))}
            {asking.live && (
              <article className="turn" aria-label="The answer that comes" aria-busy="true">
                <Asked text={asking.live.asked} />
                <Steps steps={asking.live.answer.steps} coming={!asking.live.answer.ended} />
                {!asking.live.answer.ended && <p className="turn-foot muted small turn-coming">answering</p>}
              </article>
            )}
          </Scroll>
          {may && (
            <Composer
              send={asking.send}
              busy={asking.live !== undefined}
              error={asking.error}
              begins={log.data !== undefined && last === 0}
            />
          )}
        </div>
        <aside className="session-side" aria-label="About the session">
          <SessionSide
            path={path}
            isThere={isThere}
            turns={turns}
            partly={(log.data?.from ?? 0) > 0}
            forking={forking}
            endFork={() => setForking(undefined)}
          />
        </aside>
      </main>
    </>
  );
}

/** Keeps the end in view while it is; whoever reads further up is not moved, but told that more has come. */
function Scroll({ follow, own, children }: { follow: string; own: boolean; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const seen = useRef(follow);
  const [more, setMore] = useState(false);
  useEffect(() => {
    if (!inside.current) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    });
    observer.observe(inside.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (follow !== seen.current && !atEnd.current) setMore(true);
    seen.current = follow;
  }, [follow]);
  const toEnd = useCallback(() => box.current?.scrollTo({ top: box.current.scrollHeight }), []);
  // Whoever asks wants to see the answer.
  useEffect(() => {
    if (own) toEnd();
  }, [own, toEnd]);
  return (
    <div className="session-scroll-frame">
      <section
        className="session-scroll"
        aria-label="Conversation"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard, too.
        tabIndex={0}
        ref={box}
        onScroll={({ currentTarget: at }) => {
          atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 40;
          if (atEnd.current) setMore(false);
        }}
      >
        <div className="session-inside" ref={inside}>
          {children}
        </div>
      </section>
      {more && (
        <Button className="session-more" icon="chevronDown" onClick={toEnd}>
          More below
        </Button>
      )}
    </div>
  );
}
