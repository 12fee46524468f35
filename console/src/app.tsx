// Which address shows which page. Pages are loaded when they are first shown.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Activity, type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Redirect, Route, Router, Switch } from "wouter";
import { onRefused } from "./api/client";
import { ApiError } from "./api/error";
import { Frame } from "./frame/frame";
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

type Page = ComponentType<PageProps>;

const Metrics = lazy(() => import("./metrics/metrics"));
const Settings = lazy(() => import("./settings/settings"));
/** The pages, by what stands behind the project in the address. The first that fits is shown. */
const PAGES: [string, Page][] = [
  ["workflows", lazy(() => import("./workflows/workflows"))],
  ["agents", lazy(() => import("./agents/agents"))],
  ["agents/:agent", lazy(() => import("./agents/agent"))],
  ["agents/:agent/instances/:instance/sessions/:session", lazy(() => import("./agents/session"))],
  ["connections", lazy(() => import("./connections/connections"))],
  ["metrics", Metrics],
  ["workflows/:workflow/metrics", Metrics],
  ["settings", Settings],
  ["settings/:tab", Settings],
  ["failures", lazy(() => import("./failures/failures"))],
  ["waiting", lazy(() => import("./waiting/waiting"))],
  ["runs", lazy(() => import("./runs/runs"))],
  ["workflows/:workflow/runs", lazy(() => import("./runs/runs"))],
  ["workflows/:workflow/runs/:run", lazy(() => import("./runs/run/run"))],
  ["workflows/:workflow", lazy(() => import("./editor/editor"))],
];

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
                {PAGES.map(([path, Page]) => (
                  <Route key={path} path={`/projects/:project/${path}`}>
                    {(params) => <Page key={project} project={project} params={params} />}
                  </Route>
                ))}
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
