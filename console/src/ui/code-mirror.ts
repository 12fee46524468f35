// CodeMirror, set up for our code fields. It is loaded when a field is first focused. It lives in a shadow root, where its styles are adopted
// style sheets: the policy for content allows no style elements.
import {
  cursorDocEnd,
  cursorDocStart,
  history,
  historyKeymap,
  insertNewlineKeepIndent,
  selectAll,
} from "@codemirror/commands";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  lineNumbers,
  MatchDecorator,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { completion, type Words } from "./code-complete";
import { FRONT, LINES, LINES_LOOK, type LineProblem, setProblems, TALL } from "./code-lines";

export type Language = "json" | "template" | "text" | "definition";

export interface CodeOptions {
  value: string;
  language: Language;
  label: string;
  placeholder?: string;
  disabled?: boolean;
  lineNumbers?: boolean;
  /** Whether it takes the height that there is. */
  tall?: boolean;
  words?: () => Words;
  change: (value: string) => void;
  focused?: () => void;
  blur?: () => void;
}

export interface Code {
  /** Shows another text, unless it is the one that stands there. */
  set: (value: string) => void;
  enable: (enabled: boolean) => void;
  focus: (from?: number, to?: number) => void;
  mark: (problems: LineProblem[]) => void;
  toLine: (number: number) => void;
  destroy: () => void;
}

export function mountCode(root: ShadowRoot, options: CodeOptions): Code {
  const state = new Compartment();
  const enabled = (on: boolean) => [EditorState.readOnly.of(!on), EditorView.editable.of(on)];
  let telling = true;
  const view = new EditorView({
    parent: root,
    root,
    doc: options.value,
    extensions: [
      history(),
      EditorView.lineWrapping,
      options.lineNumbers ? lineNumbers() : [],
      options.placeholder ? placeholder(options.placeholder) : [],
      language(options),
      keymap.of([...historyKeymap, ...KEYS]),
      EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && telling) options.change(update.state.doc.toString());
      }),
      EditorView.domEventHandlers({ focus: () => options.focused?.(), blur: () => options.blur?.() }),
      state.of(enabled(!options.disabled)),
      LINES,
      LINES_LOOK,
      // What stands first wins.
      options.tall ? TALL : [],
      LOOK,
    ],
  });
  return {
    set: (value) => {
      if (value === view.state.doc.toString()) return;
      telling = false;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
      telling = true;
    },
    enable: (on) => view.dispatch({ effects: state.reconfigure(enabled(on)) }),
    focus: (from, to = from) => {
      view.focus();
      const end = view.state.doc.length;
      if (from === undefined || to === undefined) return;
      view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) } });
    },
    mark: (problems) => view.dispatch({ effects: setProblems.of(problems) }),
    toLine: (number) => {
      const { from } = view.state.doc.line(Math.max(1, Math.min(number, view.state.doc.lines)));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

/** The browser's own keys do for all else. */
const KEYS = [
  { key: "Enter", run: insertNewlineKeepIndent },
  { key: "Mod-a", run: selectAll },
  { key: "Mod-Home", run: cursorDocStart },
  { key: "Mod-End", run: cursorDocEnd },
];

function language({ language, words }: CodeOptions): Extension {
  if (language === "text") return [];
  return [
    marks(language === "json" ? JSON_MARKS : TEMPLATE_MARKS),
    words ? completion(words) : [],
    language === "definition" ? FRONT : [],
  ];
}

const mark = (name: string) => Decoration.mark({ class: name });
const TEMPLATE = /\{\{[^}\n]*\}\}|\{%[^%\n]*%\}/;

/** Templates in a text are marked. */
const TEMPLATE_MARKS = new MatchDecorator({ regexp: new RegExp(TEMPLATE, "g"), decoration: mark("code-template") });

/** Keys, texts and other values of JSON are told apart, and templates in its texts. */
const JSON_MARKS = new MatchDecorator({
  regexp: /("(?:[^"\\\n]|\\.)*")(\s*:)?|-?\b\d[\d.eE+-]*|\b(?:true|false|null)\b/g,
  decorate: (add, from, to, [whole, text, colon]) => {
    if (text === undefined) return add(from, to, mark("code-plain-value"));
    if (colon !== undefined) return add(from, from + text.length, mark("code-key"));
    for (const found of whole.matchAll(new RegExp(TEMPLATE, "g"))) {
      add(from + found.index, from + found.index + found[0].length, mark("code-template"));
    }
  },
});

function marks(matcher: MatchDecorator) {
  return ViewPlugin.fromClass(
    class {
      marks: DecorationSet;
      constructor(view: EditorView) {
        this.marks = matcher.createDeco(view);
      }
      update(update: ViewUpdate) {
        this.marks = matcher.updateDeco(update, this.marks);
      }
    },
    { decorations: (plugin) => plugin.marks },
  );
}

const LOOK = EditorView.theme({
  "&": {
    color: "var(--text)",
    background: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    fontSize: "var(--t12)",
    maxHeight: "360px",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { padding: "4px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 8px" },
  ".cm-gutters": { background: "var(--sunken)", color: "var(--muted)", border: "0" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".code-template": { color: "var(--persistent)" },
  ".code-key": { color: "var(--accent)" },
  ".code-plain-value": { color: "var(--trigger)" },
  ".cm-tooltip": {
    border: "0",
    borderRadius: "var(--radius)",
    background: "var(--raised)",
    color: "var(--text)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".completions": {
    maxHeight: "240px",
    margin: "0",
    padding: "4px",
    overflow: "auto",
    listStyle: "none",
    fontFamily: "var(--mono)",
    fontSize: "var(--t12)",
  },
  ".completions li": {
    display: "flex",
    gap: "12px",
    maxWidth: "420px",
    padding: "3px 8px",
    borderRadius: "4px",
    cursor: "default",
  },
  ".completions li:hover": { background: "var(--hover)" },
  ".completions li[aria-selected=true]": { background: "var(--accent-soft)" },
  ".completion-label": { flex: "none", maxWidth: "70%", overflow: "hidden", textOverflow: "ellipsis" },
  ".completion-detail": {
    marginLeft: "auto",
    color: "var(--muted)",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
});
