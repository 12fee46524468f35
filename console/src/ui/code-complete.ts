// Completion in code fields: paths and filters inside `{{ }}`, tags inside `{% %}`. A small one of our own, since the usual one is larger
// than all else that a field needs besides the editor.
import { type EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showTooltip, type Tooltip } from "@codemirror/view";

/** What may be inserted: its text, and what is shown beside it. */
export interface Proposal {
  label: string;
  detail?: string;
}

/** What a template may name. It is asked for at each completion, since the last event may change. */
export interface Words {
  paths: Proposal[];
  filters: Proposal[];
  tags: Proposal[];
}

interface Option extends Proposal {
  apply: string;
}

export interface Offer {
  /** Where the word begins that an option takes the place of. */
  from: number;
  options: Option[];
}

interface Shown extends Offer {
  at: number;
}

const MOST = 60;

/** What fits at a place of a text. Outside of templates something is offered only when it is asked for. */
export function offerAt(text: string, pos: number, words: Words, asked: boolean): Offer | undefined {
  const before = text.slice(Math.max(0, pos - 500), pos);
  const after = text.slice(pos, pos + 60);
  const opened = /(\{\{|\{%)((?!\{\{|\{%|\}\}|%\}).)*$/s.exec(before);
  if (!opened) {
    if (!asked) return undefined;
    const options = words.paths.slice(0, MOST).map((path) => ({ ...path, apply: `{{ ${path.label} }}` }));
    return { from: pos, options };
  }
  const word = /[\w.[\]"'$-]*$/.exec(before)?.[0] ?? "";
  const inside = before.slice(opened.index + 2);
  const isTag = opened[1] === "{%";
  const closed = isTag ? /^((?!\{\{|\{%).)*?%\}/s : /^((?!\{\{|\{%).)*?\}\}/s;
  const closing = closed.test(after) ? "" : isTag ? " %}" : " }}";
  const isFilter = /\|\s*\w*$/.test(inside);
  const isFirst = inside.slice(0, inside.length - word.length).trim() === "";
  const space = isFirst && !/\s/.test(inside) ? " " : "";
  const found = isFilter ? words.filters : isTag && isFirst ? words.tags : words.paths;
  const wanted = word.toLowerCase();
  const fitting = found.filter(({ label }) => label.toLowerCase().includes(wanted) && label !== word);
  // What begins with the word comes first.
  const rank = ({ label }: Proposal) => (label.toLowerCase().startsWith(wanted) ? 0 : 1);
  const options = fitting
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MOST)
    .map((each) => ({ ...each, apply: `${space}${each.label}${isFirst || isFilter ? closing : ""}` }));
  return options.length > 0 ? { from: pos - word.length, options } : undefined;
}

const ask = StateEffect.define<null>();
const close = StateEffect.define<null>();
const move = StateEffect.define<number>();

/** Completion as an extension of an editor. */
export function completion(words: () => Words) {
  const offer = (state: EditorState, asked: boolean): Shown | null => {
    const { main } = state.selection;
    const found = main.empty ? offerAt(state.doc.toString(), main.head, words(), asked) : undefined;
    return found ? { ...found, at: 0 } : null;
  };
  const shown = StateField.define<Shown | null>({
    create: () => null,
    update(value, transaction) {
      for (const effect of transaction.effects) {
        if (effect.is(ask)) return offer(transaction.state, true);
        if (effect.is(close)) return null;
        if (effect.is(move) && value) {
          const { length } = value.options;
          return { ...value, at: (value.at + effect.value + length) % length };
        }
      }
      if (transaction.isUserEvent("input") || (value && transaction.isUserEvent("delete")))
        return offer(transaction.state, false);
      return transaction.docChanged || transaction.selection ? null : value;
    },
    provide: (field) => [
      showTooltip.from(field, (value) => value && tooltip(value)),
      EditorView.contentAttributes.from(field, (value) => ({
        "aria-autocomplete": "list",
        "aria-haspopup": "listbox",
        ...(value ? { "aria-controls": LIST, "aria-activedescendant": `${LIST}-${value.at}` } : {}),
      })),
    ],
  });
  const tell = (view: EditorView, effect: StateEffect<unknown>) => {
    if (!view.state.field(shown)) return false;
    view.dispatch({ effects: effect });
    return true;
  };
  const accept = (view: EditorView) => {
    const value = view.state.field(shown);
    if (!value) return false;
    take(view, value, value.at);
    return true;
  };
  const keys = keymap.of([
    { key: "ArrowDown", run: (view) => tell(view, move.of(1)) },
    { key: "ArrowUp", run: (view) => tell(view, move.of(-1)) },
    { key: "Enter", run: accept },
    { key: "Tab", run: accept },
    { key: "Escape", run: (view) => tell(view, close.of(null)) },
    {
      key: "Ctrl-Space",
      run: (view) => {
        view.dispatch({ effects: ask.of(null) });
        return true;
      },
    },
  ]);
  return [shown, Prec.highest(keys)];
}

const LIST = "completions";

function take(view: EditorView, { from, options }: Shown, at: number) {
  const option = options[at];
  if (!option) return;
  const to = view.state.selection.main.head;
  view.dispatch({
    changes: { from, to, insert: option.apply },
    selection: { anchor: from + option.apply.length },
    effects: close.of(null),
    userEvent: "input.complete",
  });
}

function tooltip(shown: Shown): Tooltip {
  return {
    pos: shown.from,
    create: (view) => {
      const dom = document.createElement("ul");
      dom.className = "completions";
      dom.id = LIST;
      dom.setAttribute("role", "listbox");
      dom.setAttribute("aria-label", "What fits here");
      shown.options.forEach((option, at) => {
        const row = dom.appendChild(document.createElement("li"));
        row.id = `${LIST}-${at}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", String(at === shown.at));
        const label = row.appendChild(document.createElement("span"));
        label.className = "completion-label";
        label.textContent = option.label;
        if (option.detail) {
          const detail = row.appendChild(document.createElement("span"));
          detail.className = "completion-detail";
          detail.textContent = option.detail;
        }
        row.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(view, shown, at);
        });
      });
      return { dom, mount: () => dom.children[shown.at]?.scrollIntoView({ block: "nearest" }) };
    },
  };
}
