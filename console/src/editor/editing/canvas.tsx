// The canvas that is edited: nodes are moved and linked, things are dropped, keys act, and around the selected agent stands the wheel.
import { MiniMap, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { type DragEvent, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import "../canvas/canvas.css";
import { FIT } from "../canvas/first-view";
import { type CanvasLink, type CanvasNode, type Doors, type Figures, type Graph, graphOf } from "../canvas/graph";
import type { Marks } from "../canvas/look";
import { glide } from "../canvas/motion";
import { NoteEditing } from "../canvas/note-editing";
import { Sighted } from "../canvas/sight";
import { place, resizeNote, setNote } from "../model/actions";
import { cellOf, isAgent, isDisabled, isLink, nameOf, type Point } from "../model/cells";
import type { Types } from "../model/ports";
import type { Problem } from "../server";
import type { EditorState } from "../state";
import type { EditorStore } from "../store";
import { useEditor } from "../use-editor";
import "./canvas.css";
import { type commandsOf, whyNotPasted } from "./commands";
import { Empty } from "./empty";
import { type Asked, Finders } from "./finders";
import { Flow } from "./flow";
import { LinkBar } from "./link-bar";
import { leaveTexts, linkAt } from "./place";
import { Sheet } from "./sheet";
import { CARRIED, Stencil } from "./stencil";
import type { Ware } from "./stock";
import { useTold } from "./told";
import { Tools } from "./tools";
import { useFold } from "./use-fold";
import { useKeys } from "./use-keys";
import { useView } from "./use-view";
import { type Deed, Wheel } from "./wheel";

export interface CanvasProps {
  store: EditorStore;
  types: Types;
  wares: readonly Ware[];
  figures?: ReadonlyMap<string, Figures>;
  marks?: Marks;
  pulses?: ReadonlyMap<string, number>;
  problems: ReadonlyMap<string, readonly Problem[]>;
  doors: Doors;
  /** Opens the panel on an agent. */
  open: (key: string, tab?: "configure" | "try") => void;
  /** Another cell is selected: an open panel follows. */
  follow: (key: string | undefined) => void;
  /** The agent whose panel is open. */
  shown: string | undefined;
  /** The cell that the address names. */
  asked: string | undefined;
  start: () => void;
  /** Is given a way to show a cell. */
  bring: RefObject<((key: string) => void) | undefined>;
}

export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Sighted>
        <Edited {...props} />
      </Sighted>
    </ReactFlowProvider>
  );
}

const cellsOf = (state: EditorState) => state.cells;
const selectionOf = (state: EditorState) => state.selection;

function Edited(props: CanvasProps) {
  const { store, types, wares, figures, marks, pulses, problems, doors, open, follow, shown, start, bring } = props;
  const wanted = props.asked;
  const cells = useEditor(store, cellsOf);
  const selection = useEditor(store, selectionOf);
  const flow = useReactFlow<CanvasNode, CanvasLink>();
  const ground = useRef<HTMLDivElement>(null);
  const [asked, ask] = useState<Asked>();
  const [sheet, setSheet] = useState(false);
  const [dragging, setDragging] = useState(false);
  const [over, setOver] = useState<string>();
  const [told, tell] = useTold();
  const [folded, fold] = useFold(ground, flow);

  const before = useRef<Graph>(undefined);
  const graph = useMemo(() => {
    const scene = { types, selection, editable: store.editable, figures, marks, pulses, problems, doors };
    before.current = graphOf(cells, scene, before.current);
    return before.current;
  }, [store, cells, types, selection, figures, marks, pulses, problems, doors]);
  const { commands, local, besideNode, goTo, opening } = useView({ store, types, ground, flow, open, follow, shown });

  useEffect(() => {
    bring.current = goTo;
    return () => {
      bring.current = undefined;
    };
  }, [bring, goTo]);

  // A link to a cell may be older than the canvas. One that goes while it is shown needs no word.
  useEffect(() => {
    if (wanted !== undefined && !cellOf(store.get().cells, wanted))
      tell(`There is no cell “${wanted.slice(0, 80)}” here.`);
  }, [store, wanted, tell]);

  useKeys({
    store,
    commands,
    ground,
    ask,
    besideNode,
    goTo,
    open: opening,
    start,
    fold,
    setSheet,
    flow,
    tell,
    leave: () => {
      if (sheet) setSheet(false);
      else {
        store.select([]);
        follow(undefined);
      }
    },
  });

  const put = useCallback((ware: Ware) => goTo(commands.put(ware.stock) ?? ""), [commands, goTo]);
  const showSheet = useCallback(() => setSheet(true), []);
  const fit = useCallback(() => void flow.fitView({ ...FIT, ...glide() }), [flow]);

  const drop = (event: DragEvent) => {
    const ware = wares.find(({ id }) => id === event.dataTransfer.getData(CARRIED));
    setOver(undefined);
    const file = event.dataTransfer.files[0];
    if (file) {
      event.preventDefault();
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const take = (text: string) => commands.paste(text, { x, y }) || tell(whyNotPasted(text));
      void file.text().then(take, () => tell(`${file.name} could not be read.`));
    }
    if (!ware) return;
    event.preventDefault();
    const on = ware.stock.type.kind === "trigger" ? undefined : linkAt(event.clientX, event.clientY);
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const at = { x: x - 104, y: y - 24 };
    const key = on ? commands.putOn(ware.stock, on, at) : commands.put(ware.stock, at);
    if (key) goTo(key);
  };

  const [key] = selection;
  const cell = selection.size === 1 ? cellOf(cells, key) : undefined;
  const many = [...selection].filter((each) => !isLink(cellOf(cells, each) ?? {})).length;

  return (
    <div className="edited">
      {store.editable && !folded && <Stencil wares={wares} put={put} />}
      <main className="ground">
        <div
          ref={ground}
          className="graph is-edited"
          role="application"
          tabIndex={-1}
          data-begin
          aria-label="Canvas. Press ? for its shortcuts."
          onMouseDownCapture={leaveTexts}
          onDragOver={(event) => {
            if (!event.dataTransfer.types.some((type) => type === CARRIED || type === "Files")) return;
            event.preventDefault();
            setOver(linkAt(event.clientX, event.clientY));
          }}
          onDragLeave={() => setOver(undefined)}
          onDrop={drop}
        >
          <NoteEditing.Provider
            value={useMemo(
              () => ({
                write: (note, text) => store.apply((now) => setNote(now, note, text), `note:${note}`),
                resize: (note, to) => store.apply((now) => place(resizeNote(now, note, to), new Map([[note, to]]))),
              }),
              [store],
            )}
          >
            <Flow
              store={store}
              types={types}
              graph={graph}
              over={over}
              ask={ask}
              local={local}
              open={opening}
              follow={follow}
              setDragging={setDragging}
            >
              {graph.nodes.length > 12 && !dragging && (
                <MiniMap pannable zoomable ariaLabel="Map of the canvas" className="canvas-map" />
              )}
              {cell && key !== undefined && isAgent(cell) && !dragging && store.editable && (
                <Wheel
                  node={key}
                  name={nameOf(cell)}
                  deeds={deedsOf({ key, disabled: isDisabled(cell), commands, ask, besideNode, goTo, open: opening })}
                />
              )}
              {cell && key !== undefined && isLink(cell) && store.editable && (
                <LinkBar
                  store={store}
                  types={types}
                  id={key}
                  cell={cell}
                  insert={(point) => ask({ for: "add", on: key, point })}
                />
              )}
            </Flow>
          </NoteEditing.Provider>
          {cells.length === 0 && store.editable && (
            <Empty wares={wares} commands={commands} goTo={goTo} showAll={fit} />
          )}
          <Tools {...{ store, commands, many, ask, goTo, showSheet, fit, folded, fold }} />
          {told}
          {asked && (
            <Finders
              asked={asked}
              ask={ask}
              store={store}
              types={types}
              wares={wares}
              commands={commands}
              goTo={goTo}
            />
          )}
          {sheet && <Sheet editable={store.editable} close={() => setSheet(false)} />}
        </div>
      </main>
    </div>
  );
}

interface DeedProps {
  key: string;
  disabled: boolean;
  commands: ReturnType<typeof commandsOf>;
  ask: (asked: Asked) => void;
  besideNode: (key: string | undefined) => Point | undefined;
  goTo: (key: string) => void;
  open: CanvasProps["open"];
}

function deedsOf({ key, disabled, commands, ask, besideNode, goTo, open }: DeedProps): Deed[] {
  return [
    { id: "configure", label: "Configure (Enter)", icon: "settings", act: () => open(key, "configure") },
    { id: "try", label: "Try on an event (T)", icon: "flask", act: () => open(key, "try") },
    {
      id: "link",
      label: "Link from a group (L)",
      icon: "link",
      act: () => ask({ for: "group", key, at: besideNode(key) }),
    },
    { id: "duplicate", label: "Duplicate (Ctrl+D)", icon: "copy", act: () => void commands.duplicate() },
    { id: "disable", label: disabled ? "Enable (D)" : "Disable (D)", icon: "power", act: commands.disable },
    { id: "delete", label: "Delete (Del)", icon: "trash", act: () => commands.removeFrom(key, goTo) },
  ];
}
