// The frame around every page: the rail at the left, the page at the right. The page has its own top bar (`TopBar`).
import { type ReactNode, Suspense, useState } from "react";
import { Link, useLocation } from "wouter";
import { keep, kept } from "../kept";
import { useProjects } from "../projects/queries";
import { Icon, type IconName } from "../ui/icon";
import { Reading } from "../ui/reading";
import { useBadges } from "./badges";
import { Boundary } from "./boundary";
import { SearchButton, Searching } from "./search";
import "./frame.css";

export interface Place {
  /** The part of the address behind the project. */
  path: string;
  label: string;
  icon: IconName;
  badge?: "failures" | "waiting";
}

export const PLACES: Place[] = [
  { path: "workflows", label: "Workflows", icon: "workflow" },
  { path: "runs", label: "Runs", icon: "history" },
  { path: "failures", label: "Failures", icon: "alert", badge: "failures" },
  { path: "waiting", label: "Waiting", icon: "hourglass", badge: "waiting" },
  { path: "agents", label: "Agents", icon: "bot" },
  { path: "connections", label: "Connections", icon: "plug" },
  { path: "records", label: "Records", icon: "database" },
  { path: "metrics", label: "Metrics", icon: "activity" },
  { path: "settings", label: "Settings", icon: "settings" },
];

const OPEN = "rookery.rail";

export function Frame({ project, children }: { project: string; children: ReactNode }) {
  const [at] = useLocation();
  const [open, setOpen] = useState(kept(OPEN) === "open");
  const badges = useBadges(project);
  const toggle = () => {
    keep(OPEN, open ? "folded" : "open");
    setOpen(!open);
  };
  return (
    <div className={`frame ${open ? "open" : ""}`}>
      <nav className="rail" aria-label="Places">
        <button
          type="button"
          className="rail-item"
          onClick={toggle}
          aria-expanded={open}
          aria-label="Open or fold the rail"
        >
          <Icon name="panel" />
        </button>
        <Link href="/projects" className="rail-item" title="Projects">
          <Icon name="folder" />
          <span className="rail-label">Projects</span>
        </Link>
        {PLACES.map((place) => {
          const href = `/projects/${project}/${place.path}`;
          const badge = place.badge && badges[place.badge];
          return (
            <Link
              key={place.path}
              href={href}
              className={`rail-item ${place.path === "settings" ? "last" : ""}`}
              // The folded rail shows no words: a count alone would be the link's name.
              aria-label={badge ? `${place.label}, ${badge}` : place.label}
              aria-current={at === href || at.startsWith(`${href}/`) ? "page" : undefined}
              title={place.label}
            >
              <Icon name={place.icon} />
              <span className="rail-label">{place.label}</span>
              {badge ? <span className={`badge ${place.badge}`}>{badge}</span> : null}
            </Link>
          );
        })}
      </nav>
      <div className="frame-page">
        <Searching project={project}>
          <Boundary at={at}>
            {/* The rail stays while a page is loaded. */}
            <Suspense fallback={<Loading />}>{children}</Suspense>
          </Boundary>
        </Searching>
      </div>
    </div>
  );
}

function Loading() {
  return (
    <main className="page">
      <Reading />
    </main>
  );
}

/** The bar above a page: where I am at the left, the main action at the right. */
export function TopBar({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <header className="top-bar">
      <div className="row grow cut">
        <ProjectName />
        {title}
      </div>
      <SearchButton />
      <div className="row">{children}</div>
    </header>
  );
}

/** The project that all of this is in, which leads to the others. */
function ProjectName() {
  const [at] = useLocation();
  const projects = useProjects();
  const name = projects.data?.data.find((row) => row.id === at.split("/")[2])?.name;
  if (!name) return null;
  return (
    <>
      <Link href="/projects" className="muted cut top-project" title={`${name}: to all projects`}>
        {name}
      </Link>
      <span className="muted top-project-end" aria-hidden="true">
        ›
      </span>
    </>
  );
}
