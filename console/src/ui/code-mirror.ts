// CodeMirror, set up for our code fields. It is loaded when a field is first focused. It lives in a shadow root, where its styles are adopted
// style sheets: the policy for content allows no style elements.
import { autocompletion, type Completion, type CompletionContext, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  MatchDecorator,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

export type Language = "json" | "template" | "text";

/** What may be inserted: its text, what is shown beside it, and a longer word about it. */
export interface Proposal {
  label: string;
  detail?: string;
  info?: string;
}

/** What a template may name. It is asked for at each completion, since the last event may change. */
export interface Words {
  paths: Proposal[];
  filters: Proposal[];
  tags: Proposal[];
}

export interface CodeOptions {
  value: string;
  language: Language;
  label: string;
  placeholder?: string;
  disabled?: boolean;
  lineNumbers?: boolean;
  words?: () => Words;
  change: (value: string) => void;
  focused?: () => void;
  blur?: () => void;
}

export interface Code {
  /** Shows another text, unless it is the one that stands there. */
  set: (value: string) => void;
  enable: (enabled: boolean) => void;
  focus: (at?: number) => void;
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
      drawSelection(),
      EditorView.lineWrapping,
      options.lineNumbers ? lineNumbers() : [],
      options.placeholder ? placeholder(options.placeholder) : [],
      language(options),
      keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && telling) options.change(update.state.doc.toString());
      }),
      EditorView.domEventHandlers({ focus: () => options.focused?.(), blur: () => options.blur?.() }),
      state.of(enabled(!options.disabled)),
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
    focus: (at) => {
      view.focus();
      if (at !== undefined) view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) } });
    },
    destroy: () => view.destroy(),
  };
}

function language({ language, words }: CodeOptions): Extension {
  if (language === "text") return [];
  const completion = words
    ? autocompletion({ override: [(context) => complete(context, words)], icons: false, activateOnTyping: true })
    : [];
  if (language === "json") return [json(), syntaxHighlighting(COLOURS), MARKS, completion];
  return [MARKS, completion];
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--trigger)" },
]);

/** Templates in a text are marked, in JSON too. */
const PATTERN = new MatchDecorator({
  regexp: /\{\{[^}]*\}\}|\{%[^%]*%\}/g,
  decoration: Decoration.mark({ class: "code-template" }),
});
const MARKS = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;
    constructor(view: EditorView) {
      this.marks = PATTERN.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.marks = PATTERN.updateDeco(update, this.marks);
    }
  },
  { decorations: (plugin) => plugin.marks },
);

/** Inside `{{ }}`, paths, and filters behind a bar; inside `{% %}`, tags. Elsewhere, when asked for, a whole `{{ path }}`. */
function complete(context: CompletionContext, words: () => Words) {
  const before = context.state.sliceDoc(Math.max(0, context.pos - 500), context.pos);
  const after = context.state.sliceDoc(context.pos, context.pos + 40);
  const opened = /(\{\{|\{%)((?!\}\}|%\}).)*$/s.exec(before);
  if (!opened) {
    if (!context.explicit) return null;
    return {
      from: context.pos,
      options: words().paths.map((path) => option(path, `{{ ${path.label} }}`)),
      filter: false,
    };
  }
  const word = context.matchBefore(/[\w.[\]"'$-]*$/);
  const from = word?.from ?? context.pos;
  const inside = before.slice(opened.index + 2);
  const isTag = opened[1] === "{%";
  const close = isTag ? "%}" : "}}";
  const closed = isTag ? /^((?!\{\{|\{%).)*?%\}/ : /^((?!\{\{|\{%).)*?\}\}/;
  const closing = closed.test(after) ? "" : ` ${close}`;
  const opening = /^\s*$/.test(inside.slice(0, inside.length - (context.pos - from)));
  const space = opening && !/\s/.test(inside) ? " " : "";
  if (/\|\s*\w*$/.test(inside)) {
    return { from, options: words().filters.map((filter) => option(filter, filter.label + closing)) };
  }
  const { paths, tags: named } = words();
  const found = isTag && opening ? named : paths;
  return {
    from,
    options: found.map((path) => option(path, `${space}${path.label}${opening ? closing : ""}`)),
    validFor: /^[\w.[\]"'$-]*$/,
  };
}

function option(proposal: Proposal, apply: string): Completion {
  return { label: proposal.label, detail: proposal.detail, info: proposal.info, apply };
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
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-placeholder": { color: "var(--muted)" },
  ".code-template": { color: "var(--persistent)" },
  ".cm-tooltip": {
    border: "0",
    borderRadius: "var(--radius)",
    background: "var(--raised)",
    color: "var(--text)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "var(--t12)", maxHeight: "240px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    padding: "3px 8px",
    maxWidth: "420px",
    display: "flex",
    gap: "12px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--accent-soft)",
    color: "var(--text)",
  },
  ".cm-completionLabel": { flex: "none", maxWidth: "70%", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)" },
  ".cm-completionDetail": {
    margin: "0",
    marginLeft: "auto",
    fontStyle: "normal",
    color: "var(--muted)",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  ".cm-completionInfo": { padding: "6px 8px", maxWidth: "280px", fontFamily: "var(--font)", fontSize: "var(--t12)" },
});
