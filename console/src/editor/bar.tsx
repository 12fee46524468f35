// The bar above the canvas: the workflow's name, its state, what is saved, the window of the counts, versions, and start and stop.
import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { ApiError } from "../api/error";
import { TopBar } from "../frame/frame";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { State } from "../ui/state";
import { makeOf } from "../workflows/actions";
import { WINDOWS, type Window } from "./live";
import type { EditorState } from "./state";
import type { EditorStore } from "./store";
import { useEditor } from "./use-editor";

interface Props {
  project: string;
  workflow: string;
  store: EditorStore;
  window: Window;
  setWindow: (window: Window) => void;
  versions: boolean;
  showVersions: () => void;
  starting: boolean;
  /** Whether what is shown differs from what runs. */
  behind: boolean;
  showStart: () => void;
}

const headOf = (state: EditorState) => state.head;

export function Bar(props: Props) {
  const { project, workflow, store, window, setWindow, versions, showVersions, starting, showStart } = props;
  const { behind } = props;
  const head = useEditor(store, headOf);
  const may = useMay("editor");
  const state = head.state === "new" ? "draft" : head.state;
  const isActive = head.state === "active";
  return (
    <TopBar
      title={
        <>
          <Link href={`/projects/${project}/workflows`} className="muted bar-up">
            Workflows
          </Link>
          <span className="muted" aria-hidden="true">
            ›
          </span>
          <Name key={head.name} store={store} name={head.name} may={may} />
          <State state={state} tone={isActive ? "green" : head.state === "new" ? "hollow" : "grey"} />
          <Saved project={project} store={store} />
        </>
      }
    >
      <Menu
        trigger={
          <Button kind="quiet" className="bar-wide" title="The window of all counts">
            {WINDOWS[window].label} <Icon name="chevronDown" size={12} />
          </Button>
        }
        items={(Object.keys(WINDOWS) as Window[]).map((each) => ({
          label: `Counts of the last ${WINDOWS[each].label}`,
          act: () => setWindow(each),
        }))}
      />
      <Link href={`/projects/${project}/workflows/${workflow}/runs`} className="button plain bar-wide">
        <Icon name="history" /> <span className="bar-word">Runs</span>
      </Link>
      <Button icon="branch" className="bar-wide" aria-pressed={versions} onClick={showVersions}>
        <span className="bar-word">Versions</span>
      </Button>
      {may && (
        <Button
          kind={isActive && !behind ? "plain" : "main"}
          icon={isActive && !behind ? "stop" : "play"}
          aria-expanded={starting}
          onClick={showStart}
          title="Ctrl+Enter"
        >
          {isActive ? (behind ? `Run v${head.version}` : "Stop") : "Start"}
        </Button>
      )}
    </TopBar>
  );
}

/** The name, renamed in place. */
function Name({ store, name, may }: { store: EditorStore; name: string; may: boolean }) {
  const [typed, setTyped] = useState(name);
  if (!may) return <h1 className="cut">{name}</h1>;
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") event.currentTarget.blur();
    if (event.key !== "Escape") return;
    setTyped(name);
    const field = event.currentTarget;
    requestAnimationFrame(() => field.blur());
  };
  return (
    <>
      <h1 className="sr-only">{name}</h1>
      <input
        className="editor-name bar-name"
        aria-label="Name of the workflow"
        title={name}
        value={typed}
        maxLength={200}
        size={Math.max(8, Math.min(typed.length, 48))}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={press}
        onBlur={() => (typed.trim() === "" ? setTyped(name) : store.rename(typed))}
      />
    </>
  );
}

const savingOf = (state: EditorState) => state.saving;
const elsewhereOf = (state: EditorState) => state.elsewhere;

/** How it stands with saving, in one place. */
function Saved({ project, store }: { project: string; store: EditorStore }) {
  const saving = useEditor(store, savingOf);
  const elsewhere = useEditor(store, elsewhereOf);
  const { version, built_version, state } = useEditor(store, headOf);
  const [unread, setUnread] = useState<unknown>();
  if (saving.is === "failed") {
    const { error } = saving;
    const why = error instanceof Error ? error.message : String(error);
    const remedy = error instanceof ApiError && error.remedy ? ` ${error.remedy}` : "";
    return (
      <span className="row bar-failed" role="alert">
        <span className="cut" title={why + remedy}>
          Not saved: {why}
        </span>
        <Button icon="replay" onClick={() => void store.flush()}>
          Try again
        </Button>
      </span>
    );
  }
  if (saving.is === "gone") return <Gone project={project} store={store} />;
  if (saving.is === "conflict") return <span className="bar-failed">Changed elsewhere, not saved</span>;
  if (elsewhere !== undefined) {
    return (
      <span className="row bar-elsewhere">
        Changed elsewhere
        <Button
          onClick={() => {
            setUnread(undefined);
            store.reload().catch(setUnread);
          }}
        >
          Show v{elsewhere}
        </Button>
        {unread !== undefined && <span className="bar-failed cut">{String(unread)}</span>}
      </span>
    );
  }
  // The canvas shows what is saved: where another version runs, that is said.
  const runs = state === "active" && built_version != null && built_version !== version;
  return (
    <span className="muted bar-saved" aria-live="polite">
      {runs && `v${built_version} runs, `}v{version} · {saving.is === "saving" ? "saving…" : "saved"}
    </span>
  );
}

/** Somebody deleted the workflow. What is on the canvas can be kept as another one. */
function Gone({ project, store }: { project: string; store: EditorStore }) {
  const [, go] = useLocation();
  const may = useMay("editor");
  const keep = useMutation({
    mutationFn: () => makeOf(project, store.get().head.name, store.text()),
    onSuccess: ({ id }) => {
      store.forget();
      go(`/projects/${project}/workflows/${id}`);
    },
  });
  return (
    <span className="row bar-failed" role="alert">
      <span className="cut">{keep.error ? keep.error.message : "Deleted elsewhere"}</span>
      {may && (
        <Button icon="copy" onClick={() => keep.mutate()} disabled={keep.isPending}>
          Keep it as a new one
        </Button>
      )}
    </span>
  );
}
