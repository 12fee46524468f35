// Connections: what the project publishes and who uses it, what it uses itself, what there is to use, and the tasks that went.
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { Tabs } from "../ui/menu";
import { useParam } from "../url";
import { Catalogue } from "./catalogue";
import { useConnections } from "./data";
import { Provided } from "./provided";
import { Tasks } from "./tasks";
import { Used } from "./used";
import "./connections.css";

export default function Connections({ project }: PageProps) {
  const [tab, choose] = useParam("tab");
  const waiting = useConnections(project, "agent").data?.filter((row) => row.state === "pending").length ?? 0;
  const published = waiting > 0 ? `Published (${waiting} waiting)` : "Published";
  const tabs = [
    { id: "published", label: published, content: <Provided project={project} /> },
    { id: "used", label: "Used", content: <Used project={project} /> },
    { id: "catalogue", label: "Catalogue", content: <Catalogue project={project} /> },
    { id: "tasks", label: "Tasks", content: <Tasks project={project} /> },
  ];
  const chosen = tabs.find(({ id }) => id === tab)?.id ?? "published";
  return (
    <>
      <TopBar title={<h1>Connections</h1>} />
      <main className="connections">
        <Tabs tabs={tabs} chosen={chosen} choose={(id) => choose(id === "published" ? undefined : id)} />
      </main>
    </>
  );
}
