// Which address shows which page. Pages are loaded when they are first shown.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Activity, type ReactNode, Suspense, useEffect, useState } from "react";
import { Redirect, Route, Router, Switch } from "wouter";
import { onRefused } from "./api/client";
import { ApiError } from "./api/error";
import { Frame } from "./frame/frame";
import { part } from "./part";
import { Projects } from "./projects/projects";
import { useProjects } from "./projects/queries";
import { useSession } from "./session";
import { SignIn } from "./signin/sign-in";
import { followTabs } from "./signin/tabs";
import { Empty } from "./ui/empty";
import { Problem } from "./ui/problem";
import { useWorkflows } from "./workflows/queries";

/** A page of a project. */
export interface PageProps {
  project: string;
  params: Record<string, string | undefined>;
}

type Page = (props: PageProps) => ReactNode;

const metrics = () => import("./metrics/metrics");
const settings = () => import("./settings/settings");
const runs = () => import("./runs/runs");
/** The pages, by what stands behind the project in the address. The first that fits is shown. */
const PAGES: [string, () => Promise<{ default: Page }>][] = [
  ["workflows", () => import("./workflows/workflows")],
  ["agents", () => import("./agents/agents")],
  ["agents/:agent", () => import("./agents/agent")],
  ["agents/:agent/instances/:instance/sessions/:session", () => import("./agents/session")],
  ["connections", () => import("./connections/connections")],
  ["records", () => import("./records/records")],
  ["metrics", metrics],
  ["workflows/:workflow/metrics", metrics],
  ["settings", settings],
  ["settings/:tab", settings],
  ["failures", () => import("./failures/failures")],
  ["waiting", () => import("./waiting/waiting")],
  ["runs", runs],
  ["workflows/:workflow/runs", runs],
  ["workflows/:workflow/runs/:run", () => import("./runs/run/run")],
  ["workflows/:workflow", () => import("./editor/editor")],
];
// Addresses that differ in a tab alone show one page, not another one of its kind.
const SHOWN = new Map([...new Set(PAGES.map(([, load]) => load))].map((load) => [load, part(load)]));

/** Begins to load the page of an address, before it is known who asks. Should that fail, it is tried again when the page is shown. */
function beginLoading(at: string) {
  const fits = ([path]: (typeof PAGES)[number]) =>
    new RegExp(`^/console/projects/[^/]+/${path.replace(/:\w+/g, "[^/]+")}/?$`).test(at);
  PAGES.find(fits)?.[1]().catch(() => {});
}
beginLoading(window.location.pathname);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
});

const askWho = () => void queries.invalidateQueries({ queryKey: ["session"] });
// Whoever is not known any more is asked to sign in again.
onRefused(askWho);
followTabs(askWho);

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Router base="/console">
        <Guarded />
      </Router>
    </QueryClientProvider>
  );
}

/**
 * Shows the pages to whoever may see some. When a session is over, the pages rest behind the sign-in, so that nothing that was written there is
 * lost; whoever signs in for another project begins anew.
 */
function Guarded() {
  const session = useSession();
  const [known, setKnown] = useState<string>();
  const { data } = session;
  const now = data?.signed_in ? (data.project_id ?? "all") : undefined;
  if (now !== undefined && now !== known) setKnown(now);
  if (!data) {
    if (!session.error) return null;
    return (
      <main className="page">
        <Problem error={session.error} retry={() => session.refetch()} />
      </main>
    );
  }
  return (
    <>
      {!data.signed_in && <SignIn isOver={known !== undefined} />}
      {known !== undefined && (
        <Activity mode={data.signed_in ? "visible" : "hidden"}>
          <Pages key={known} />
        </Activity>
      )}
    </>
  );
}

function Pages() {
  return (
    <Suspense fallback={<p className="sr-only">Loading</p>}>
      <Switch>
        <Route path="/projects">{() => <Titled title="Projects">{<Projects />}</Titled>}</Route>
        <Route path="/projects/:project">
          {(params) => <Redirect to={`/projects/${params.project}/workflows`} replace />}
        </Route>
        {/* The frame stays while its pages change: so does the focus that is in it. */}
        <Route path="/projects/:project/*">
          {({ project = "" }) => (
            <Frame project={project}>
              <Switch>
                {PAGES.map(([path, load]) => {
                  const Page = SHOWN.get(load);
                  return (
                    <Route key={path} path={`/projects/:project/${path}`}>
                      {(params) => Page && <Page key={project} project={project} params={params} />}
                    </Route>
                  );
                })}
                <Route>{() => <Empty title="There is no such page." />}</Route>
              </Switch>
            </Frame>
          )}
        </Route>
        <Route path="/">{() => <Home />}</Route>
        <Route>{() => <Empty title="There is no such page." />}</Route>
      </Switch>
    </Suspense>
  );
}

/** Leads to the one project that a newcomer has: that of the key, the demo, or the only one. */
function Home() {
  const session = useSession();
  const projects = useProjects();
  const own = session.data?.project_id;
  if (own) return <Redirect to={`/projects/${own}/workflows`} replace />;
  if (!projects.data) return null;
  const rows = projects.data.data;
  const demo = rows.find((row) => row.name === "Demo") ?? (rows.length === 1 ? rows[0] : undefined);
  return demo ? <First project={demo.id} /> : <Redirect to="/projects" replace />;
}

/** Leads to the one workflow of a project, as the demo has it at first: it stands on the canvas. Where there are more, they are listed. */
function First({ project }: { project: string }) {
  const workflows = useWorkflows(project);
  if (workflows.isPending) return null;
  const rows = workflows.data?.data ?? [];
  const only = rows.length === 1 ? rows[0] : undefined;
  return <Redirect to={`/projects/${project}/workflows${only ? `/${only.id}` : ""}`} replace />;
}

function Titled({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Rookery`;
  }, [title]);
  return children;
}
