// The keys of the canvas: which command a key is for, and the sheet that tells of them.

export type Command =
  | "add"
  | "link"
  | "configure"
  | "try"
  | "wheel"
  | "duplicate"
  | "disable"
  | "delete"
  | "undo"
  | "redo"
  | "selectAll"
  | "find"
  | "note"
  | "layout"
  | "stencil"
  | "fit"
  | "zoomIn"
  | "zoomOut"
  | "sheet"
  | "leave"
  | "start"
  | "nextNode"
  | "previousNode"
  | "left"
  | "right"
  | "up"
  | "down";

type Named = Command | "copy" | "cut" | "paste";

/** Commands that change something, or try it: whoever may only look does not have them. */
export const CHANGING: ReadonlySet<Named> = new Set<Named>([
  "add",
  "link",
  "try",
  "wheel",
  "duplicate",
  "disable",
  "delete",
  "undo",
  "redo",
  "cut",
  "paste",
  "note",
  "layout",
  "stencil",
  "start",
  "left",
  "right",
  "up",
  "down",
]);

interface Shortcut {
  command: Named;
  /** As people read them. */
  keys: string[];
  does: string;
}

/** The sheet, by what one wants to do. */
export const SHEET: [string, Shortcut[]][] = [
  [
    "Build",
    [
      { command: "stencil", keys: ["S"], does: "Fold the stencil away, or show it" },
      { command: "add", keys: ["/", "A"], does: "Add an agent, beside the selected one" },
      { command: "link", keys: ["L"], does: "Link the selected agent: choose the group, then the target" },
      { command: "configure", keys: ["Enter"], does: "Configure the selected agent" },
      { command: "try", keys: ["T"], does: "Try the selected agent on an event" },
      { command: "disable", keys: ["D"], does: "Disable or enable" },
      { command: "note", keys: ["N"], does: "Add a note" },
      { command: "start", keys: ["Ctrl Enter"], does: "Start or stop the workflow" },
    ],
  ],
  [
    "Move about",
    [
      { command: "nextNode", keys: ["Tab", "Shift Tab"], does: "The next agent, or the one before, in reading order" },
      { command: "left", keys: ["← ↑ → ↓"], does: "Move the selection; with Shift, further" },
      { command: "wheel", keys: ["W"], does: "To the actions around the selected agent" },
      { command: "find", keys: ["Ctrl F"], does: "Find a cell" },
      { command: "fit", keys: ["F"], does: "Show all" },
      { command: "zoomIn", keys: ["+", "−"], does: "Closer, further away" },
      { command: "leave", keys: ["Esc"], does: "Close, or select nothing" },
    ],
  ],
  [
    "Change",
    [
      { command: "undo", keys: ["Ctrl Z"], does: "Undo" },
      { command: "redo", keys: ["Ctrl Shift Z", "Ctrl Y"], does: "Redo" },
      { command: "copy", keys: ["Ctrl C"], does: "Copy as JSON, also to another workflow or window" },
      { command: "cut", keys: ["Ctrl X"], does: "Cut" },
      { command: "paste", keys: ["Ctrl V"], does: "Paste" },
      { command: "duplicate", keys: ["Ctrl D"], does: "Duplicate" },
      { command: "selectAll", keys: ["Ctrl A"], does: "Select all; Shift and dragging selects many" },
      { command: "delete", keys: ["Delete"], does: "Delete" },
      { command: "layout", keys: ["Shift O"], does: "Lay all out anew" },
      { command: "sheet", keys: ["?"], does: "This sheet" },
    ],
  ],
];

/** The sheet of whoever may change the canvas, or of whoever may only look. */
export function sheetOf(editable: boolean): [string, Shortcut[]][] {
  if (editable) return SHEET;
  return SHEET.map(([title, rows]): [string, Shortcut[]] => [
    title,
    rows.filter(({ command }) => !CHANGING.has(command)),
  ]).filter(([, rows]) => rows.length > 0);
}

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

const PLAIN: Record<string, Command> = {
  "/": "add",
  a: "add",
  l: "link",
  enter: "configure",
  t: "try",
  w: "wheel",
  d: "disable",
  n: "note",
  s: "stencil",
  f: "fit",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  "?": "sheet",
  escape: "leave",
  delete: "delete",
  backspace: "delete",
  tab: "nextNode",
  arrowleft: "left",
  arrowright: "right",
  arrowup: "up",
  arrowdown: "down",
};
const WITH_CONTROL: Record<string, Command> = {
  z: "undo",
  y: "redo",
  d: "duplicate",
  a: "selectAll",
  f: "find",
  enter: "start",
};
const WITH_SHIFT: Record<string, Command> = {
  o: "layout",
  tab: "previousNode",
  "/": "add",
  "?": "sheet",
  "+": "zoomIn",
  arrowleft: "left",
  arrowright: "right",
  arrowup: "up",
  arrowdown: "down",
};

/** The command of a key that was pressed where nobody types. */
export function commandOf(press: Press): Command | undefined {
  const key = press.key.toLowerCase();
  if (press.altKey) return undefined;
  if (press.ctrlKey || press.metaKey) {
    if (press.shiftKey) return key === "z" ? "redo" : undefined;
    return WITH_CONTROL[key];
  }
  return press.shiftKey ? WITH_SHIFT[key] : PLAIN[key];
}
