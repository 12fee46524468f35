// The keys of the console, as the sheet shows them.

export const SHORTCUTS: [string, [string, string][]][] = [
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
