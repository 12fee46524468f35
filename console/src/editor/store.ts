// What the editor holds: the cells with their history, what is selected, and how it stands with saving. Every change is saved after a short
// rest, with the version that it began from. Where somebody else saved in between, both sides are kept until somebody chooses.
import { ApiError } from "../api/error";
import { mayPass, waitOf } from "./again";
import { type Cells, keysOf, type Options, readOptions, writeOptions } from "./model/cells";
import { type Choice, type Meeting, meetings, merged } from "./model/diff";
import { begin, type History, redo, step, undo } from "./model/history";
import type { Head, Loaded, Server } from "./server";
import type { EditorState, Saving } from "./state";
import { Unanswered } from "./unanswered";

/** A change rests for so long before it is saved. */
const QUIET = 600;

export class EditorStore {
  #state: EditorState;
  readonly #server: Server;
  readonly #watchers = new Set<() => void>();
  /** What the server has, as far as we know. */
  #saved: Options;
  #name: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #busy: Promise<void> | undefined;
  readonly #unanswered = new Unanswered();
  #editable: boolean;

  constructor(server: Server, first: Loaded, editable = true) {
    this.#editable = editable;
    this.#server = server;
    this.#saved = readOptions(first.text);
    this.#state = {
      head: first.head,
      history: begin(this.#saved.cells),
      cells: this.#saved.cells,
      selection: new Set(),
      saving: { is: "saved" },
      errors: first.errors,
      warnings: first.warnings,
    };
  }

  get = (): EditorState => this.#state;

  /** Whether changes may be made and saved. */
  get editable() {
    return this.#editable;
  }

  /** Whoever works here may change the workflow, or may not any more. */
  allow = (editable: boolean) => {
    if (editable === this.#editable) return;
    this.#editable = editable;
    this.#set({});
  };

  subscribe = (tell: () => void): (() => void) => {
    this.#watchers.add(tell);
    return () => void this.#watchers.delete(tell);
  };

  #set(more: Partial<EditorState>) {
    this.#state = { ...this.#state, ...more };
    for (const tell of this.#watchers) tell();
  }

  #show(history: History) {
    if (history === this.#state.history) return;
    const keys = new Set(keysOf(history.now));
    const selection = [...this.#state.selection].every((key) => keys.has(key))
      ? this.#state.selection
      : new Set([...this.#state.selection].filter((key) => keys.has(key)));
    this.#set({ history, cells: history.now, selection });
    this.#later();
  }

  /** Changes the cells. Changes that follow each other with the same `of` (`name:a`, `drag:7`) are undone as one. */
  apply = (action: (cells: Cells) => Cells, of?: string) => {
    if (this.editable) this.#show(step(this.#state.history, action(this.#state.cells), of));
  };

  undo = () => this.#show(undo(this.#state.history));
  redo = () => this.#show(redo(this.#state.history));

  select = (keys: Iterable<string>) => {
    const next = new Set(keys);
    const now = this.#state.selection;
    if (next.size === now.size && [...next].every((key) => now.has(key))) return;
    this.#set({ selection: next });
  };

  /** A new name of the workflow. */
  rename = (name: string) => {
    const trimmed = name.trim();
    if (!this.editable || trimmed === "" || trimmed === this.#state.head.name) return;
    this.#name = trimmed;
    this.#set({ head: { ...this.#state.head, name: trimmed } });
    this.#later();
  };

  /** Whether something is not saved yet. */
  get dirty() {
    return this.#name !== undefined || this.#state.cells !== this.#saved.cells;
  }

  #later() {
    const { saving } = this.#state;
    if (saving.is === "conflict" || saving.is === "gone") return;
    clearTimeout(this.#timer);
    if (!this.dirty && !this.#busy) {
      if (saving.is !== "saved") this.#set({ saving: { is: "saved" } });
      return;
    }
    if (saving.is !== "saving") this.#set({ saving: { is: "saving" } });
    this.#timer = setTimeout(() => void this.flush(), QUIET);
  }

  /** Saves what is not saved yet, now. */
  flush = (): Promise<void> => this.#flush(false);

  /** `again`: by itself, after a save that failed; that it failed is said until it did not. */
  async #flush(again: boolean): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    while (this.#busy) await this.#busy;
    const { is } = this.#state.saving;
    if (!this.dirty || is === "conflict" || is === "gone") return;
    this.#busy = this.#save(again).finally(() => {
      this.#busy = undefined;
    });
    await this.#busy;
    if (this.dirty && this.#state.saving.is === "saving") this.#later();
  }

  async #save(again: boolean) {
    const { cells, head } = this.#state;
    const name = this.#name;
    if (!again) this.#set({ saving: { is: "saving" } });
    let text: string | undefined;
    try {
      text = cells === this.#saved.cells ? undefined : writeOptions(this.#saved, cells);
      const answer = await this.#server.save({ version: head.version, name, text });
      this.#failures = 0;
      this.#unanswered.clear();
      if (this.#name === name) this.#name = undefined;
      if (text !== undefined) this.#saved = { text, cells };
      this.#took(answer);
    } catch (error) {
      if (error instanceof ApiError && error.type === "version_conflict") return this.#meet();
      if (error instanceof ApiError && error.status === 404) return this.sawGone();
      const options = text === undefined ? this.#saved : { text, cells };
      if (mayPass(error)) this.#unanswered.add({ version: head.version, name, options });
      this.#failed(error);
    }
  }

  #failed(error: unknown) {
    this.#set({ saving: { is: "failed", error } });
    clearTimeout(this.#again);
    if (mayPass(error)) this.#again = setTimeout(() => void this.#flush(true), waitOf(this.#failures++));
  }

  /** What the server says of a workflow that is now ours. */
  #took(answer: Loaded) {
    const head = this.#name === undefined ? answer.head : { ...answer.head, name: this.#name };
    const { errors, warnings } = answer;
    const saving: Saving = this.dirty ? { is: "saving" } : { is: "saved" };
    this.#set({ head, errors, warnings, saving, elsewhere: undefined });
  }

  async #meet() {
    try {
      const theirs = await this.#server.load();
      if (this.#isOurs(theirs)) return;
      this.#set({ saving: { is: "conflict", theirs } });
      // Where both sides are the same, there is nothing to choose.
      if (this.meetings().length === 0) this.settle(() => "mine");
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.sawGone();
      else this.#failed(error);
    }
  }

  /** What stands there may be a save of ours whose answer did not come. Then we go on from it. */
  #isOurs(there: Loaded): boolean {
    const save = this.#unanswered.find(there);
    if (!save) return false;
    this.#unanswered.clear();
    this.#failures = 0;
    this.#saved = save.options;
    if (save.name === this.#name) this.#name = undefined;
    this.#took(there);
    return true;
  }

  /** Somebody deleted the workflow. */
  sawGone = () => {
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    if (this.#state.saving.is !== "gone") this.#set({ saving: { is: "gone" }, elsewhere: undefined });
  };

  /** What is not saved is kept elsewhere, or not wanted any more. */
  forget = () => {
    this.#name = undefined;
    this.#saved = { text: this.text(), cells: this.#state.cells };
  };

  /** The text of the canvas as it is now, to be kept elsewhere. */
  text = (): string => writeOptions(this.#saved, this.#state.cells);

  /** What both sides changed, cell by cell, in a conflict. */
  meetings = (): Meeting[] => {
    const { saving, cells } = this.#state;
    return saving.is === "conflict" ? meetings(this.#saved.cells, cells, readOptions(saving.theirs.text).cells) : [];
  };

  /** Ends a conflict: each cell is mine or theirs. Undo brings back what was mine. */
  settle = (choose: (meeting: Meeting) => Choice) => {
    const { saving, cells } = this.#state;
    if (saving.is !== "conflict") return;
    const theirs = readOptions(saving.theirs.text);
    const next = merged(theirs.cells, meetings(this.#saved.cells, cells, theirs.cells), choose);
    this.#adopt(saving.theirs, theirs, next);
  };

  #adopt(answer: Loaded, options: Options, cells: Cells) {
    const isTheirs = cells.length === options.cells.length && cells.every((cell, at) => cell === options.cells[at]);
    this.#saved = options;
    this.#set({ head: { ...answer.head, ...(this.#name ? { name: this.#name } : {}) }, saving: { is: "saved" } });
    this.#show(step(this.#state.history, isTheirs ? options.cells : cells));
    if (!this.dirty) this.#took(answer);
  }

  /** Tells that the server has another version. */
  sawVersion = (version: number) => {
    if (this.#state.saving.is === "gone") {
      // It is there after all: whoever asked was somebody else for a while.
      this.#set({ saving: { is: "saved" } });
      this.#later();
    }
    if (version <= this.#state.head.version || this.dirty || this.#busy || this.#state.elsewhere === version) return;
    this.#set({ elsewhere: version });
  };

  /** Takes what the server has. It can be undone. */
  reload = async () => {
    await this.flush();
    if (this.dirty) return;
    const answer = await this.#server.load();
    const options = readOptions(answer.text);
    if (!this.dirty) this.#adopt(answer, options, options.cells);
  };

  /** Starts or stops the workflow, or restores a version of it: all is saved before, and what is changed meanwhile is saved afterwards. */
  run = async (what: "start" | "stop" | { restore: number }) => {
    await this.flush();
    const { saving } = this.#state;
    if (saving.is === "failed") throw saving.error;
    if (this.dirty || this.#busy) return;
    const running = this.#run(what);
    this.#busy = running
      .catch(() => {})
      .finally(() => {
        this.#busy = undefined;
      });
    await running;
    await this.#busy;
    if (this.dirty) this.#later();
  };

  async #run(what: "start" | "stop" | { restore: number }) {
    const { version } = this.#state.head;
    if (typeof what === "object") {
      const answer = await this.#server.restore(what.restore);
      const options = readOptions(answer.text);
      return this.#adopt(answer, options, options.cells);
    }
    const answer = await this.#server[what]();
    if (answer.head.version === version) return this.#took(answer);
    // Somebody saved in between, and that is what runs now. It is not what is shown here: it is not taken unseen.
    const { state, built_version } = answer.head;
    this.#set({ head: { ...this.#state.head, state, built_version }, elsewhere: answer.head.version });
  }

  /** Takes what the server says of the workflow's state. */
  sawState = (state: Head["state"], built: number) => {
    const { head } = this.#state;
    if (this.#busy || (head.state === state && head.built_version === built)) return;
    this.#set({ head: { ...head, state, built_version: built } });
  };
}
