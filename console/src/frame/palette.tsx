// The palette: places, workflows and agents of the project, by name. Arrows move, Enter opens.
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { api, call } from "../api/client";
import { useMay } from "../session";
import { Dialog } from "../ui/dialog";
import { Icon, type IconName } from "../ui/icon";
import { toSegment } from "../url";
import { type Entry, find } from "./find";
import { PLACES } from "./frame";
import "./palette.css";

const ICONS: Record<string, IconName> = {
  Place: "chevronRight",
  Workflow: "workflow",
  Agent: "bot",
  Project: "folder",
};
const SETTINGS = [
  ["API keys", "keys"],
  ["Credentials", "credentials"],
  ["Hooks and feeds", "addresses"],
  ["Theme and shortcuts", "console"],
];

/** Only owners may even list the keys. */
const OWNERS = new Set(["keys"]);

/** All that the palette finds. What is not loaded yet is not there yet. */
function useEntries(project: string): Entry[] {
  const path = { project };
  const owner = useMay("owner");
  const workflows = useQuery({
    queryKey: ["palette", "workflows", project],
    queryFn: () => call(api.GET("/api/v1/projects/{project}/workflows", { params: { path, query: { limit: 200 } } })),
  });
  const agents = useQuery({
    queryKey: ["palette", "agents", project],
    queryFn: () => call(api.GET("/api/v1/projects/{project}/agents", { params: { path, query: { limit: 200 } } })),
  });
  const projects = useQuery({ queryKey: ["projects"], queryFn: () => call(api.GET("/api/v1/projects", {})) });
  return useMemo(() => {
    const below = `/projects/${project}`;
    return [
      ...PLACES.map((place) => ({ label: place.label, kind: "Place", icon: place.icon, to: `${below}/${place.path}` })),
      ...(workflows.data?.data ?? []).map((row) => ({
        label: row.name,
        kind: "Workflow",
        to: `${below}/workflows/${row.id}`,
      })),
      ...(agents.data?.data ?? []).map((row) => ({
        label: row.name,
        kind: "Agent",
        to: `${below}/agents/${toSegment(row.name)}`,
      })),
      ...SETTINGS.filter(([, tab = ""]) => owner || !OWNERS.has(tab)).map(([label = "", tab]) => ({
        label,
        kind: "Settings",
        to: `${below}/settings/${tab}`,
      })),
      ...(projects.data?.data ?? [])
        .filter((row) => row.id !== project)
        .map((row) => ({ label: row.name, kind: "Project", to: `/projects/${row.id}/workflows` })),
    ];
  }, [project, owner, workflows.data, agents.data, projects.data]);
}

export default function Palette({ project, close }: { project: string; close: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [, go] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const found = find(useEntries(project), typed);
  const chosen = Math.min(at, found.length - 1);
  const open = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    go(entry.to);
  };
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") open(found[chosen]);
    else if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog className="palette" label="Search" first={field} close={close}>
      <input
        ref={field}
        className="palette-input"
        placeholder="Workflows, agents, places…"
        aria-label="Search by name"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div className="palette-list" role="listbox" id={id} aria-label="Found" ref={list}>
        {found.map((entry, number) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above, as a combobox has them.
          <div
            key={`${entry.to} ${entry.label}`}
            id={`${id}-${number}`}
            role="option"
            aria-selected={number === chosen}
            className="palette-entry"
            onClick={() => open(entry)}
            onMouseMove={() => number !== chosen && setAt(number)}
          >
            <Icon name={entry.icon ?? ICONS[entry.kind] ?? "chevronRight"} />
            <span className="grow cut">{entry.label}</span>
            <span className="muted small">{entry.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="muted palette-none">Nothing has this name.</p>}
    </Dialog>
  );
}
