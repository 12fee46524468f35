// Start and stop: what will change against the version that runs, what keeps it from starting, and what will hardly be meant.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "../ui/button";
import { useFocusBack } from "../ui/focus";
import { Problem } from "../ui/problem";
import { ChangesList, summary } from "./changes-list";
import { ProblemRow } from "./editing/problems";
import { type Cells, isAgent, nameOf } from "./model/cells";
import { diff } from "./model/diff";
import type { EditorState } from "./state";
import type { EditorStore } from "./store";
import { useEditor } from "./use-editor";

interface Props {
  store: EditorStore;
  /** The cells of the version that runs, if one was built. */
  built: Cells | undefined;
  behind: boolean;
  goTo: (key: string) => void;
  close: () => void;
}

const headOf = (state: EditorState) => state.head;
const cellsOf = (state: EditorState) => state.cells;
const errorsOf = (state: EditorState) => state.errors;
const warningsOf = (state: EditorState) => state.warnings;
const savingOf = (state: EditorState) => state.saving;

/** So many names are told. */
const NAMED = 12;

function namesOf(agents: Cells): string {
  const names = agents.slice(0, NAMED).map(nameOf).join(", ");
  return agents.length > NAMED ? `${names}, and ${agents.length - NAMED} more` : names;
}

export function Start({ store, built, behind, goTo, close }: Props) {
  const head = useEditor(store, headOf);
  const cells = useEditor(store, cellsOf);
  const errors = useEditor(store, errorsOf);
  const warnings = useEditor(store, warningsOf);
  const saving = useEditor(store, savingOf);
  const queries = useQueryClient();
  const box = useRef<HTMLElement>(null);
  useFocusBack();
  const [ready, setReady] = useState(false);
  const isActive = head.state === "active";
  const changes = diff(built ?? [], cells);
  const agents = cells.filter(isAgent);
  const run = useMutation({
    mutationFn: (what: "start" | "stop") => store.run(what),
    onSuccess: () => {
      // What was opened is the store's: all else is read anew.
      void queries.invalidateQueries({ queryKey: ["editor"], predicate: ({ queryKey }) => queryKey[1] !== "opened" });
      // Failures say which version was built since.
      void queries.invalidateQueries({ queryKey: ["names"] });
      close();
    },
  });
  // What the builder says is of what was saved: all is saved first.
  useEffect(() => {
    void store.flush().then(() => setReady(true));
  }, [store]);
  useEffect(() => {
    if (ready) box.current?.querySelector<HTMLElement>(".button.main, .start-stop, .problems-row")?.focus();
  }, [ready]);
  const blocked = errors.length > 0 || agents.length === 0 || saving.is === "failed" || saving.is === "conflict";
  return (
    <aside
      ref={box}
      className="side start"
      aria-label={isActive ? "Run or stop" : "Start"}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <header className="side-head">
        <h2 className="grow">{isActive ? (behind ? `Run v${head.version}` : "Stop") : `Start v${head.version}`}</h2>
        <IconButton icon="x" label="Close" onClick={close} />
      </header>
      <div className="row">
        {(!isActive || behind) && (
          <Button
            kind="main"
            icon="play"
            disabled={blocked || !ready || run.isPending}
            onClick={() => run.mutate("start")}
          >
            {isActive ? `Run v${head.version}` : "Start"}
          </Button>
        )}
        {isActive && (
          <Button icon="stop" className="start-stop" disabled={run.isPending} onClick={() => run.mutate("stop")}>
            Stop
          </Button>
        )}
      </div>
      {run.error && <Problem error={run.error} />}
      {errors.length > 0 && (
        <section>
          <h3>
            {errors.length} {errors.length === 1 ? "problem keeps" : "problems keep"} it from starting
          </h3>
          <ul>
            {errors.map((error) => (
              <ProblemRow
                key={`${error.cell_id} ${error.field} ${error.message}`}
                problem={error}
                store={store}
                goTo={goTo}
                kind="error"
              />
            ))}
          </ul>
        </section>
      )}
      {warnings.length > 0 && (
        <section>
          <h3>Hardly meant</h3>
          <ul>
            {warnings.map((warning) => (
              <ProblemRow
                key={`${warning.cell_id} ${warning.field} ${warning.message}`}
                problem={warning}
                store={store}
                goTo={goTo}
                kind="warning"
              />
            ))}
          </ul>
        </section>
      )}
      {(!isActive || behind) && (
        <section className="grow">
          <h3>
            {built
              ? `Since v${head.built_version}: ${summary(changes)}`
              : `${agents.length} ${agents.length === 1 ? "agent" : "agents"} will be made`}
          </h3>
          {!built && <p className="muted">{namesOf(agents)}</p>}
          {built && <ChangesList changes={changes} before={built} after={cells} choose={goTo} />}
        </section>
      )}
      {isActive && !behind && (
        <p className="muted grow">Triggers will take no events and schedules will rest. What is under way goes on.</p>
      )}
    </aside>
  );
}
