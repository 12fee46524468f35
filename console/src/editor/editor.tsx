// The page of a workflow: its canvas, the panel of the selected agent, versions, conflicts, start and stop.
import { useQuery } from "@tanstack/react-query";
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, call } from "../api/client";
import type { PageProps } from "../app";
import { part } from "../part";
import { useMay } from "../session";
import { Problem } from "../ui/problem";
import { href, useParam } from "../url";
import { useAgentTypes } from "../workflows/queries";
import { Bar } from "./bar";
import { GraphView } from "./canvas/graph-view";
import { Conflict } from "./conflict";
import { Canvas } from "./editing/canvas";
import { focusNode } from "./editing/place";
import { waresOf } from "./editing/stock";
import "./editor.css";
import { backTo, leave } from "./left";
import { useBuilt, useFigures, useLinkMarks, usePulses, WINDOWS, type Window } from "./live";
import { cellOf, isAgent } from "./model/cells";
import { diff, isLook } from "./model/diff";
import { type Types, typesByName } from "./model/ports";
import { type Problem as Fault, serverOf } from "./server";
import { Start } from "./start";
import type { EditorState } from "./state";
import { EditorStore } from "./store";
import { useEditor } from "./use-editor";
import { compared, useVersion, Versions } from "./versions";

const Panel = part(() => import("./panel/panel"));

export default function Editor({ project, params }: PageProps) {
  const workflow = params.workflow ?? "";
  return <Opening key={workflow} project={project} workflow={workflow} />;
}

interface Place {
  project: string;
  workflow: string;
}

/** Reads the workflow once; from then on, the store holds it. */
function Opening({ project, workflow }: Place) {
  const may = useMay("editor");
  const types = useAgentTypes(project);
  const [store, setStore] = useState(() => backTo(workflow));
  const opened = useQuery({
    queryKey: ["editor", "opened", project, workflow],
    enabled: store === undefined,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    queryFn: () => serverOf(project, workflow).load(),
  });
  const known = useMemo(() => typesByName(types.data?.data ?? []), [types.data]);
  // The store is made once: it has what is not saved yet, and the way back.
  useEffect(() => {
    if (opened.data) setStore((made) => made ?? new EditorStore(serverOf(project, workflow), opened.data, may));
  }, [opened.data, project, workflow, may]);
  useEffect(() => store?.allow(may), [store, may]);
  const error = opened.error ?? types.error;
  if (error && !(store && types.data)) {
    return (
      <main className="page">
        <Problem error={error} retry={() => void (opened.error ? opened.refetch() : types.refetch())} />
      </main>
    );
  }
  if (!store || !types.data) return null;
  return <Opened project={project} workflow={workflow} store={store} types={known} />;
}

const headOf = (state: EditorState) => state.head;
const cellsOf = (state: EditorState) => state.cells;
const errorsOf = (state: EditorState) => state.errors;
const savingOf = (state: EditorState) => state.saving;

function Opened({ project, workflow, store, types }: Place & { store: EditorStore; types: Types }) {
  const head = useEditor(store, headOf);
  const cells = useEditor(store, cellsOf);
  const errors = useEditor(store, errorsOf);
  const saving = useEditor(store, savingOf);
  const [shown, setShown] = useParam("cell");
  const [, setTab] = useParam("tab");
  const [aside, setSide] = useParam("side");
  const side = aside === "versions" || aside === "start" ? aside : undefined;
  const [at, setAt] = useParam("version");
  const [asked, setWindow] = useParam("window");
  const window: Window = asked !== undefined && Object.hasOwn(WINDOWS, asked) ? (asked as Window) : "24h";
  useSavedOnLeave(workflow, store);

  const ready = useQuery({
    queryKey: ["ready_cells", project],
    staleTime: 60_000,
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/ready_cells", {
          params: { path: { project }, query: { limit: 100 } },
        }),
      ),
  });
  const wares = useMemo(() => waresOf(types, ready.data?.data ?? []), [types, ready.data]);
  const figures = useFigures(project, workflow, head.built_version, window);
  const built = useBuilt(project, workflow, head.built_version);
  const pulses = usePulses(project, workflow, store, built);
  const marks = useLinkMarks(cells, figures, window);
  const problems = useMemo(() => {
    const found = new Map<string, Fault[]>();
    for (const error of errors) found.set(error.cell_id, [...(found.get(error.cell_id) ?? []), error]);
    return found;
  }, [errors]);
  const doors = useMemo(() => {
    const base = `/projects/${project}`;
    return {
      // What a trigger emitted are the beginnings of runs; what another agent received is in its panel.
      events: (key: string, isTrigger: boolean) =>
        isTrigger
          ? href(`${base}/workflows/${workflow}/runs`, { agent: key, window: WINDOWS[window].label })
          : href(`${base}/workflows/${workflow}`, { cell: key, tab: "events", window: asked }),
      failures: (key: string) => href(`${base}/failures`, { workflow, agent: key, window: WINDOWS[window].label }),
    };
  }, [project, workflow, window, asked]);

  const open = useCallback(
    (key: string, tab?: "configure" | "try") => {
      store.select([key]);
      setShown(key);
      if (tab) setTab(tab);
      setSide(undefined);
      if (tab) focusPanel();
    },
    [store, setShown, setTab, setSide],
  );
  const isOpen = useRef(false);
  isOpen.current = shown !== undefined;
  const follow = useCallback(
    (key: string | undefined) => {
      if (isOpen.current) setShown(key);
    },
    [setShown],
  );
  const start = useCallback(() => setSide("start"), [setSide]);
  const bring = useRef<(key: string) => void>(undefined);
  /** Shows a cell on the canvas, and the panel of an agent. */
  const goTo = useCallback(
    (key: string) => {
      const cell = cellOf(store.get().cells, key);
      setSide(undefined);
      setShown(cell && isAgent(cell) ? key : undefined);
      store.select([key]);
      // The canvas may have to be drawn first.
      setTimeout(() => bring.current?.(key));
    },
    [store, setShown, setSide],
  );
  const first = useRef(shown);
  useEffect(() => {
    if (first.current !== undefined) store.select([first.current]);
  }, [store]);

  const version = at === undefined ? undefined : Number(at);
  /** What is pointed at among the differences, in their list and on the canvas. */
  const [looked, look] = useState<string>();
  const then = useVersion(project, workflow, side === "versions" ? version : undefined);
  const past = useMemo(
    () => (then.data ? compared(cells, diff(then.data.cells, cells)) : undefined),
    [then.data, cells],
  );
  const behind = useMemo(
    () => head.state === "active" && built !== undefined && diff(built, cells).some((change) => !isLook(change)),
    [head.state, built, cells],
  );
  const cell = cellOf(cells, shown);
  const panel = cell && isAgent(cell) && side === undefined && saving.is !== "conflict";
  const leaveVersions = () => {
    setSide(undefined);
    setAt(undefined);
  };
  return (
    <>
      <Bar
        project={project}
        workflow={workflow}
        store={store}
        window={window}
        setWindow={setWindow}
        versions={side === "versions"}
        showVersions={() => (side === "versions" ? leaveVersions() : setSide("versions"))}
        starting={side === "start"}
        behind={behind}
        showStart={() => setSide(side === "start" ? undefined : "start")}
      />
      <p className="editor-wide">The editor wants a wider window.</p>
      <div className="editor-body">
        {side === "versions" && past ? (
          <main className="ground">
            <GraphView cells={past.cells} types={types} marks={past.marks} selected={looked} onSelect={look} />
          </main>
        ) : (
          <Canvas
            store={store}
            types={types}
            wares={wares}
            figures={figures}
            marks={marks}
            pulses={pulses}
            problems={problems}
            doors={doors}
            open={open}
            follow={follow}
            shown={panel ? shown : undefined}
            asked={shown}
            start={start}
            bring={bring}
          />
        )}
        {saving.is === "conflict" ? (
          <Conflict store={store} theirs={saving.theirs} />
        ) : side === "versions" ? (
          <Versions
            project={project}
            workflow={workflow}
            store={store}
            chosen={version}
            choose={(chosen) => setAt(chosen === undefined ? undefined : String(chosen))}
            looked={looked}
            look={look}
            close={leaveVersions}
          />
        ) : side === "start" ? (
          <Start store={store} built={built} behind={behind} goTo={goTo} close={leaveVersions} />
        ) : null}
        {panel && (
          <aside
            className="editor-panel"
            aria-label="The selected agent"
            onKeyDown={(event) => {
              // Esc leads back to the canvas; the panel stays open.
              if (event.key === "Escape" && !event.defaultPrevented && shown !== undefined) focusNode(shown);
            }}
          >
            <Suspense fallback={<p className="sr-only">Loading</p>}>
              <Panel
                project={project}
                workflow={workflow}
                store={store}
                cell={cell}
                close={() => {
                  setShown(undefined);
                  if (shown !== undefined) focusNode(shown);
                }}
              />
            </Suspense>
          </aside>
        )}
      </div>
    </>
  );
}

/** Puts the focus into the panel, which may have to be drawn first. */
function focusPanel(tries = 20) {
  const first = document.querySelector<HTMLElement>(".editor-panel :is(input, textarea, select, button)");
  if (first) first.focus();
  else if (tries > 0) setTimeout(() => focusPanel(tries - 1), 50);
}

/** Leaving the page saves; where the browser would close on something that is not saved, it asks. */
function useSavedOnLeave(workflow: string, store: EditorStore) {
  useEffect(() => {
    const hide = () => void store.flush();
    // Whoever comes back, or to whom the network does, need not ask for what is not saved yet.
    hide();
    const unload = (event: BeforeUnloadEvent) => {
      if (!store.dirty) return;
      void store.flush();
      event.preventDefault();
    };
    document.addEventListener("visibilitychange", hide);
    globalThis.addEventListener("beforeunload", unload);
    globalThis.addEventListener("online", hide);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      globalThis.removeEventListener("beforeunload", unload);
      globalThis.removeEventListener("online", hide);
      leave(workflow, store);
    };
  }, [workflow, store]);
}
