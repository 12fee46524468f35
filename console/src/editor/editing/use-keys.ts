// The keys of the canvas at work: which command runs is said by `keys.ts`; here it meets the page. The clipboard is the system's own.
import type { ReactFlowInstance } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";
import { isTyping } from "../../ui/list";
import { FIT } from "../canvas/first-view";
import type { CanvasLink, CanvasNode } from "../canvas/graph";
import { glide } from "../canvas/motion";
import type { Point } from "../model/cells";
import type { EditorStore } from "../store";
import { type Commands, whyNotPasted } from "./commands";
import type { Asked } from "./finders";
import { CHANGING, type Command, commandOf } from "./keys";

export interface KeyProps {
  store: EditorStore;
  commands: Commands;
  ground: RefObject<HTMLDivElement | null>;
  ask: (asked: Asked) => void;
  besideNode: (key: string | undefined) => Point | undefined;
  goTo: (key: string) => void;
  open: (key: string, tab?: "configure" | "try") => void;
  start: () => void;
  /** Folds the stencil away, or shows it. */
  fold: () => void;
  setSheet: (open: boolean) => void;
  flow: ReactFlowInstance<CanvasNode, CanvasLink>;
  leave: () => void;
  /** Says something quietly at the foot of the canvas. */
  tell: (words: string) => void;
}

/** Commands that are meant wherever on the page the focus is. */
const ANYWHERE = new Set<Command>(["undo", "redo", "find", "start", "sheet", "add"]);

const focusedNode = (target: EventTarget | null) =>
  (target as HTMLElement | null)?.closest?.(".react-flow__node")?.getAttribute("data-id") ?? undefined;

export function useKeys(props: KeyProps) {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const command = commandOf(event);
      if (!command || event.defaultPrevented) return;
      // Finding is meant from a field, too.
      if (isTyping(event.target) && command !== "find") return;
      const { ground, store } = latest.current;
      const target = event.target as HTMLElement;
      const node = focusedNode(target);
      const onCanvas = target === document.body || ground.current?.contains(target);
      if (!onCanvas && !ANYWHERE.has(command)) return;
      if (CHANGING.has(command) && !store.editable) return;
      // A button has its own Enter, and Tab leaves what is no node as always.
      const isButton = target.closest("button, a") !== null;
      if (isButton && (command === "configure" || command.startsWith("next") || command.startsWith("previous"))) return;
      const isGround = target === document.body || target === ground.current;
      if ((command === "nextNode" || command === "previousNode") && !node && !isGround) return;
      if (run(command, event.shiftKey, node, latest.current)) event.preventDefault();
    };
    const copy = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !document.getSelection()?.isCollapsed) return;
      const { commands, store } = latest.current;
      const text = commands.copy();
      if (text === undefined) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut" && store.editable) commands.remove();
    };
    const paste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !latest.current.store.editable) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text === "") return;
      if (latest.current.commands.paste(text)) event.preventDefault();
      else latest.current.tell(whyNotPasted(text));
    };
    document.addEventListener("keydown", press);
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("keydown", press);
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", paste);
    };
  }, []);
}

const STEP = 8;
const WAYS: Partial<Record<Command, Point>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/** Runs a command; says whether the key is used up by it. */
function run(command: Command, far: boolean, node: string | undefined, props: KeyProps): boolean {
  const { store, commands, ask, besideNode, goTo, open, flow } = props;
  const only = commands.only();
  const way = WAYS[command];
  if (way) {
    const step = far ? 5 * STEP : STEP;
    commands.nudge({ x: way.x * step, y: way.y * step });
    return store.get().selection.size > 0;
  }
  switch (command) {
    case "add":
      ask({ for: "add", at: besideNode(only) });
      return true;
    case "link":
      if (only) ask({ for: "group", key: only, at: besideNode(only) });
      return true;
    case "configure":
    case "try":
      if (only ?? node) open(only ?? node ?? "", command);
      return (only ?? node) !== undefined;
    case "wheel":
      document.querySelector<HTMLElement>(".wheel button")?.focus();
      return true;
    case "nextNode":
    case "previousNode": {
      const next = commands.beside(node, command === "nextNode" ? 1 : -1);
      if (next !== undefined) goTo(next);
      // An empty canvas says what to do first: Tab leads there.
      else if (node === undefined) return false;
      else if (command === "nextNode") document.querySelector<HTMLElement>(".canvas-tools button")?.focus();
      else {
        const search = document.querySelector<HTMLElement>(".stencil-search");
        search?.focus();
        return search !== null;
      }
      return true;
    }
    case "delete":
      commands.removeFrom(node, goTo);
      return true;
    case "find":
      ask({ for: "find" });
      return true;
    case "note":
      commands.note();
      return true;
    case "stencil":
      props.fold();
      return true;
    case "fit":
      void flow.fitView({ ...FIT, ...glide() });
      return true;
    case "zoomIn":
      void flow.zoomIn(glide());
      return true;
    case "zoomOut":
      void flow.zoomOut(glide());
      return true;
    case "sheet":
      props.setSheet(true);
      return true;
    case "leave":
      props.leave();
      return true;
    case "start":
      props.start();
      return true;
    case "undo":
      store.undo();
      return true;
    case "redo":
      store.redo();
      return true;
    case "selectAll":
      commands.selectAll();
      return true;
    case "duplicate":
      commands.duplicate();
      return true;
    case "disable":
      commands.disable();
      return true;
    case "layout":
      void commands.layout();
      return true;
    default:
      return false;
  }
}
