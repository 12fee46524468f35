// What went on in a workflow within 24 hours. It is asked for each row that is seen, since a project may have many.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { api, call } from "../api/client";
import { allRows } from "../api/pages";
import { count, Time } from "../ui/time";
import { href } from "../url";
import { type Summary, summary } from "./actions";

export function useSummary(project: string, workflow: string, enabled = true): Summary | undefined {
  const { data } = useQuery({
    queryKey: ["workflow-summary", project, workflow],
    enabled,
    refetchInterval: 15_000,
    queryFn: async () => {
      const path = { project, workflow };
      const agents = await allRows((cursor) =>
        call(
          api.GET("/api/v1/projects/{project}/workflows/{workflow}/agents", {
            params: { path, query: { limit: 200, cursor } },
          }),
        ),
      );
      return summary(agents);
    },
  });
  return data;
}

/** Whether an element has come into view; once it has, it stays so. */
function useSeen() {
  const ref = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!ref.current || seen) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [seen]);
  return [ref, seen] as const;
}

interface Props {
  project: string;
  workflow: string;
}

function Counted({ project, workflow, children }: Props & { children: (known: Summary) => ReactNode }) {
  const [ref, seen] = useSeen();
  const known = useSummary(project, workflow, seen);
  return <span ref={ref}>{known ? children(known) : <span className="muted">—</span>}</span>;
}

export function CameIn({ project, workflow }: Props) {
  return (
    <Counted project={project} workflow={workflow}>
      {(known) => <Door to={`/projects/${project}/workflows/${workflow}/runs`} number={known.cameIn} what="runs" />}
    </Counted>
  );
}

export function Errors({ project, workflow }: Props) {
  return (
    <Counted project={project} workflow={workflow}>
      {(known) => (
        <Door to={href(`/projects/${project}/failures`, { workflow })} number={known.errors} what="failures" bad />
      )}
    </Counted>
  );
}

export function LastEvent({ project, workflow }: Props) {
  return (
    <Counted project={project} workflow={workflow}>
      {(known) => <Time at={known.lastEvent} />}
    </Counted>
  );
}

/** A number that leads to what it counts. Nothing to see is no door. */
export function Door({ to, number, what, bad }: { to: string; number: number; what: string; bad?: boolean }) {
  if (number === 0) return <span className="muted">0</span>;
  return (
    <Link href={to} className={`door ${bad ? "bad" : ""}`} aria-label={`${number} ${what}`}>
      {count(number)}
    </Link>
  );
}
