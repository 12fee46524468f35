// Records: what the project knows of people, mentions, companies and more; the segments that they come into, and the lists that they are put into.
import type { PageProps } from "../app";
import { TopBar } from "../frame/frame";
import { Tabs } from "../ui/menu";
import { useParam } from "../url";
import { All } from "./all";
import { Lists } from "./lists";
import { Segments } from "./segments";
import "./records.css";

export default function Records({ project }: PageProps) {
  const [tab, choose] = useParam("tab");
  const tabs = [
    { id: "records", label: "Records", content: <All project={project} /> },
    { id: "segments", label: "Segments", content: <Segments project={project} /> },
    { id: "lists", label: "Lists", content: <Lists project={project} /> },
  ];
  const chosen = tabs.find(({ id }) => id === tab)?.id ?? "records";
  return (
    <>
      <TopBar title={<h1>Records</h1>} />
      <main className="records">
        <Tabs tabs={tabs} chosen={chosen} choose={(id) => choose(id === "records" ? undefined : id)} />
      </main>
    </>
  );
}
