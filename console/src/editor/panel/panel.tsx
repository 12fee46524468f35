// The panel at the right of the canvas: the one selected agent, with its configuration, a try, its events, memory and logs.
import { useMemo } from "react";
import { byField, type SeenEvent } from "../../forms/context";
import { mayBe, useSession } from "../../session";
import { IconButton } from "../../ui/button";
import { Tabs } from "../../ui/menu";
import { useParam } from "../../url";
import { useAgentTypes } from "../../workflows/queries";
import { rename, setConfig } from "../model/actions";
import { type Cell, configOf, idOf, nameOf, typeOf } from "../model/cells";
import type { EditorStore } from "../store";
import { useEditor } from "../use-editor";
import { Configure } from "./configure";
import { useTraffic } from "./data";
import { Events } from "./events";
import { useFresh } from "./fresh";
import { Head } from "./head";
import { Logs } from "./logs";
import { Memory } from "./memory";
import { Send } from "./send";
import { Try } from "./try";
import "./panel.css";
import "./events.css";
import "./try.css";

interface Props {
  project: string;
  workflow: string;
  store: EditorStore;
  /** The one selected agent, if one is. */
  cell: Cell | undefined;
  close?: () => void;
}

export default function Panel({ cell, ...rest }: Props) {
  const id = cell && idOf(cell);
  if (!cell || id === undefined) return null;
  // Each agent has a panel of its own: nothing that was begun for one is shown for another.
  return <AgentPanel key={`${id} ${typeOf(cell)}`} {...rest} cell={cell} id={id} />;
}

function AgentPanel({ project, workflow, store, cell, id, close }: Props & { cell: Cell; id: string }) {
  const [tab, setTab] = useParam("tab");
  const cells = useEditor(store, (state) => state.cells);
  const head = useEditor(store, (state) => state.head);
  const errors = useEditor(store, (state) => state.errors);
  const warnings = useEditor(store, (state) => state.warnings);
  const role = useSession().data?.role;
  const may = mayBe(role, "editor") && store.editable;
  const types = useAgentTypes(project);
  const type = types.data?.data.find((each) => each.type === typeOf(cell));
  const place = useMemo(() => ({ project, workflow, cell: id }), [project, workflow, id]);
  const traffic = useTraffic(place, cells);
  const fresh = useFresh(place, cells, traffic);
  const isTrigger = type?.kind === "trigger";
  const last = isTrigger ? traffic.outgoing[0] : traffic.incoming[0];
  const event = useMemo<SeenEvent | undefined>(() => last && seen(last), [last]);
  const mine = useMemo(() => errors.filter((problem) => problem.cell_id === id), [errors, id]);
  const warned = useMemo(() => warnings.filter((problem) => problem.cell_id === id), [warnings, id]);
  const problems = useMemo(() => byField(mine), [mine]);
  const name = nameOf(cell);
  const change = (config: Record<string, unknown>, of = `config:${id}`) =>
    store.apply((now) => setConfig(now, id, config), of);
  const shared = { place, cell, type, name, may, traffic, fresh, isActive: head.state === "active" };
  const tabs = [
    {
      id: "configure",
      label: "Configure",
      content: (
        <Configure
          {...shared}
          event={event}
          problems={problems}
          all={mine}
          warnings={warned}
          config={configOf(cell)}
          change={change}
        />
      ),
    },
    ...(may
      ? [
          {
            id: "try",
            label: isTrigger ? "Send" : "Try",
            content: isTrigger ? <Send {...shared} /> : <Try {...shared} cells={cells} />,
          },
        ]
      : []),
    { id: "events", label: "Events", content: <Events {...shared} cells={cells} /> },
    { id: "memory", label: "Memory", content: <Memory {...shared} /> },
    { id: "logs", label: "Logs", content: <Logs {...shared} /> },
  ];
  const chosen = tabs.some((each) => each.id === tab) ? (tab ?? "configure") : "configure";
  return (
    <section className="panel" aria-label={`Agent ${name}`}>
      <Head
        cell={cell}
        type={type}
        name={name}
        may={may}
        wrong={mine.length}
        rename={(next) => store.apply((now) => rename(now, id, next), `name:${id}`)}
      >
        {close && <IconButton icon="x" label="Close the panel" onClick={close} />}
      </Head>
      <Tabs tabs={tabs} chosen={chosen} choose={(next) => setTab(next === "configure" ? undefined : next)} />
    </section>
  );
}

function seen({
  id,
  cell_id,
  groups,
  created_at,
  payload,
}: NonNullable<ReturnType<typeof useTraffic>["incoming"][number]>): SeenEvent {
  return { id, cell_id, groups, created_at, payload };
}
