// The keys of the console, as the sheet shows them.

type Shelf = [string, [string, string][]];

/** The keys that change something: whoever may only look does not have them. */
const CHANGING = new Set([
  "Add an agent",
  "Move what is selected",
  "Undo",
  "Redo",
  "Cut",
  "Paste",
  "Duplicate",
  "Delete",
  "Save an agent's text",
  "Send a message",
  "Begin a line in a message",
]);

/** The keys of whoever may change something, or of whoever may only look. */
export function shortcutsOf(editor: boolean): Shelf[] {
  if (editor) return SHORTCUTS;
  return SHORTCUTS.map(([where, keys]): Shelf => [where, keys.filter(([, does]) => !CHANGING.has(does))]).filter(
    ([, keys]) => keys.length > 0,
  );
}

const SHORTCUTS: Shelf[] = [
  [
    "Everywhere",
    [
      ["Ctrl K", "Find a workflow, an agent, a place"],
      ["Esc", "Close what floats"],
    ],
  ],
  [
    "Lists",
    [
      ["j", "Next row"],
      ["k", "Row before"],
      ["Enter", "Open the row"],
    ],
  ],
  [
    "Canvas",
    [
      ["/ or A", "Add an agent"],
      ["Tab", "Next agent"],
      ["Enter", "Configure the agent"],
      ["Ctrl click", "Select one more"],
      ["Shift drag", "Select all in a frame"],
      ["Arrows", "Move what is selected"],
      ["Ctrl Z", "Undo"],
      ["Ctrl Shift Z", "Redo"],
      ["Ctrl C", "Copy"],
      ["Ctrl X", "Cut"],
      ["Ctrl V", "Paste"],
      ["Ctrl D", "Duplicate"],
      ["Del", "Delete"],
      ["Ctrl F", "Find an agent"],
      ["?", "All keys of the canvas"],
    ],
  ],
  [
    "Texts",
    [
      ["Ctrl S", "Save an agent's text"],
      ["Enter", "Send a message"],
      ["Shift Enter", "Begin a line in a message"],
    ],
  ],
];
