// Settings: the project, its keys and credentials, its addresses, and how the console looks to whoever sits here.
import { useLocation } from "wouter";
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { useMay } from "../session";
import { type Tab, Tabs } from "../ui/menu";
import { Addresses } from "./addresses";
import { Appearance } from "./appearance";
import { Credentials } from "./credentials";
import { Keys } from "./keys";
import { ProjectSettings } from "./project";
import "./settings.css";

export default function Settings({ project, params }: PageProps) {
  const [, go] = useLocation();
  const owner = useMay("owner");
  const tabs: Tab[] = [
    { id: "project", label: "Project", content: <ProjectSettings project={project} /> },
    // Only owners may even list the keys.
    ...(owner ? [{ id: "keys", label: "API keys", content: <Keys project={project} /> }] : []),
    { id: "credentials", label: "Credentials", content: <Credentials project={project} /> },
    { id: "addresses", label: "Hooks and feeds", content: <Addresses project={project} /> },
    { id: "console", label: "Console", content: <Appearance /> },
  ];
  const chosen = tabs.find((tab) => tab.id === params.tab)?.id ?? "project";
  return (
    <>
      <TopBar title={<h1>Settings</h1>} />
      <main className="settings">
        <Tabs tabs={tabs} chosen={chosen} choose={(tab) => go(`/projects/${project}/settings/${tab}`)} />
      </main>
    </>
  );
}
