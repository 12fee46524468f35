// What is marked in the lines of a code field: the front matter of an agent's definition, and lines that something is wrong with.
import { type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

/** A line, from 1, that something is wrong with. */
export interface LineProblem {
  line: number;
  message: string;
  bad: boolean;
}

export const setProblems = StateEffect.define<LineProblem[]>();

/** Marks the lines that something is wrong with; what it is, is said on hover. */
export const LINES: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, { changes, effects, state: { doc } }) => {
    const found = effects.findLast((effect) => effect.is(setProblems));
    if (!found) return before.map(changes);
    const marks = (found.value as LineProblem[])
      .filter(({ line }) => line >= 1 && line <= doc.lines)
      .map(({ line, message, bad }) =>
        Decoration.line({ class: bad ? "code-bad" : "code-doubtful", attributes: { title: message } }).range(
          doc.line(line).from,
        ),
      );
    return Decoration.set(marks, true);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The front matter of a definition: its fields, and what is remarked there. */
export const FRONT: Extension = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;
    constructor(view: EditorView) {
      this.marks = front(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged) this.marks = front(update.view);
    }
  },
  { decorations: (plugin) => plugin.marks },
);

function front({ state: { doc } }: EditorView): DecorationSet {
  const marks: Range<Decoration>[] = [];
  if (doc.line(1).text.trim() !== "---") return Decoration.none;
  for (let number = 2; number <= doc.lines; number++) {
    const { text, from } = doc.line(number);
    if (text.trim() === "---") break;
    const field = /^\s*(?:- )?([\w-]+):/.exec(text);
    if (field) marks.push(Decoration.mark({ class: "code-key" }).range(from, from + field[0].length));
    const remark = /(?:^|\s)#.*$/.exec(text);
    if (remark?.[0]) {
      marks.push(Decoration.mark({ class: "code-remark" }).range(from + remark.index, from + text.length));
    }
  }
  return Decoration.set(marks, true);
}

/** The look of what is marked, and of a field that takes the height that there is. */
export const LINES_LOOK = EditorView.theme({
  ".code-remark": { color: "var(--muted)" },
  ".code-bad": { background: "var(--red-soft)" },
  ".code-doubtful": { background: "var(--amber-soft)" },
});
export const TALL = EditorView.theme({ "&": { height: "100%", maxHeight: "none" } });
