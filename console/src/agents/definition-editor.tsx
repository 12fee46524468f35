// Writing the text of an agent: it is judged while it is written, and saved as a version.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, call } from "../api/client";
import { ApiError } from "../api/error";
import type { Schemas } from "../api/types";
import { Button } from "../ui/button";
import { CodeField } from "../ui/code";
import { Problem } from "../ui/problem";
import { filesOf, profileOf, sameTexts, type Texts, textOf, whole, withText } from "./definition";
import { DiffView } from "./diff-view";

const DEFINITION = "/api/v1/projects/{project}/agents/{agent}";

interface Props {
  path: { project: string; agent: string };
  saved: Schemas["PersistentAgentWithText"] | undefined;
  /** The text to begin with, where nothing is saved. */
  first: string;
  may: boolean;
  done: () => Promise<void>;
}

const textsOf = (saved: Props["saved"], first: string): Texts => ({
  text: saved?.text ?? first,
  profiles: saved?.profiles ?? {},
});

export function DefinitionEditor({ path, saved, first, may, done }: Props) {
  const [texts, setTexts] = useState(() => textsOf(saved, first));
  const [base, setBase] = useState(saved);
  const [file, setFile] = useState(`${path.agent}.md`);
  const [line, setLine] = useState<{ number: number; asked: number }>();
  const changed = !base || !sameTexts(texts, textsOf(base, first));
  // What somebody else saved is taken over while nothing is written here.
  useEffect(() => {
    if (saved && base && saved.version !== base.version && !changed) {
      setBase(saved);
      setTexts(textsOf(saved, ""));
    }
  }, [saved, base, changed]);
  const judged = useJudged(path, texts);
  const save = useMutation({
    mutationFn: (version: number | undefined) =>
      call(api.PUT(DEFINITION, { params: { path }, body: { ...texts, ...(version && { version }) } })),
    onSuccess: async (answer) => {
      setBase(answer.data);
      await done();
    },
  });
  const conflict = save.error instanceof ApiError && save.error.status === 409;
  useLeaving(changed && may);
  useSaveKey(() => may && changed && !save.isPending && save.mutate(base?.version));
  const files = filesOf(path.agent, texts);
  const lacking = profileOf(texts.text);
  const problems = useMemo(
    () => [
      ...(judged?.errors ?? []).map((problem) => ({ ...problem, bad: true })),
      ...(judged?.warnings ?? []).map((problem) => ({ ...problem, bad: false })),
    ],
    [judged],
  );
  const here = useMemo(() => problems.filter((problem) => problem.file === file), [problems, file]);
  return (
    <div className="definition">
      <div className="row definition-bar">
        <div className="row grow definition-files">
          {files.length > 1 || (lacking && !(lacking in texts.profiles)) ? (
            files.map((name) => (
              <button
                key={name}
                type="button"
                className="chip mono"
                aria-pressed={name === file}
                onClick={() => setFile(name)}
              >
                {name}
              </button>
            ))
          ) : (
            <code>{file}</code>
          )}
          {may && lacking && !(lacking in texts.profiles) && (
            <Button
              icon="plus"
              onClick={() => {
                const name = `profiles/${lacking}.md`;
                setTexts(withText(texts, name, "---\n---\n"));
                setFile(name);
              }}
            >
              profiles/{lacking}.md
            </Button>
          )}
        </div>
        <span className="muted" role="status">
          {save.isPending
            ? "saving"
            : changed
              ? base
                ? `changed since v${base.version}`
                : "not saved"
              : `v${base?.version} saved`}
        </span>
        {may && (
          <Button
            kind="main"
            disabled={!changed || save.isPending}
            title="Ctrl+S"
            onClick={() => save.mutate(base?.version)}
          >
            {judged && judged.errors.length > 0 ? "Save with errors" : "Save"}
          </Button>
        )}
      </div>
      {saved?.source === "file" && (
        <p className="muted definition-note">
          This text is a file of the server: it is changed there, and read again at once.
        </p>
      )}
      {save.error && !conflict && <Problem error={save.error} />}
      {conflict && saved && (
        <Conflict
          agent={path.agent}
          mine={texts}
          load={async () => (await call(api.GET(DEFINITION, { params: { path } }))).data}
          keep={(theirs) => save.mutate(theirs.version)}
          take={async (theirs) => {
            setBase(theirs);
            setTexts(textsOf(theirs, ""));
            save.reset();
            await done();
          }}
        />
      )}
      <div className="definition-text">
        <CodeField
          key={file}
          label={`Text of ${file}`}
          language="definition"
          value={textOf(texts, file)}
          change={(text) => setTexts(withText(texts, file, text))}
          disabled={!may}
          lineNumbers
          tall
          problems={here}
          line={line}
        />
      </div>
      {problems.length > 0 && (
        <ul className="definition-problems" aria-label="What is wrong">
          {problems.map((problem) => (
            <li key={`${problem.file} ${problem.line} ${problem.field} ${problem.message}`}>
              <button
                type="button"
                onClick={() => {
                  setFile(problem.file);
                  setLine({ number: problem.line, asked: (line?.asked ?? 0) + 1 });
                }}
              >
                <span className={`dot ${problem.bad ? "red" : "amber"}`} />
                <span className="mono muted">
                  {problem.file}:{problem.line}
                </span>
                <span className="grow">
                  {problem.field && <code>{problem.field}</code>} {problem.message}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What the server says of the texts, a moment after they were last changed. */
function useJudged(path: Props["path"], texts: Texts): Schemas["Judged"] | undefined {
  const [asked, setAsked] = useState(texts);
  useEffect(() => {
    const soon = setTimeout(() => setAsked(texts), 400);
    return () => clearTimeout(soon);
  }, [texts]);
  const { data } = useQuery({
    queryKey: ["agent-check", path, asked],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: (before) => before,
    queryFn: () => call(api.POST(`${DEFINITION}/check`, { params: { path }, body: asked })),
  });
  return data?.data;
}

/** `Ctrl+S` saves. */
function useSaveKey(save: () => void) {
  const now = useRef(save);
  useEffect(() => {
    now.current = save;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      now.current();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

/** Asks before the window is closed over what is not saved. */
function useLeaving(unsaved: boolean) {
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [unsaved]);
}

type Saved = Schemas["PersistentAgentWithText"];

interface ConflictProps {
  agent: string;
  mine: Texts;
  load: () => Promise<Saved>;
  keep: (theirs: Saved) => void;
  take: (theirs: Saved) => void;
}

/** Somebody else saved meanwhile: both sides are shown, and nothing is lost, since theirs is a version already. */
function Conflict({ agent, mine, load, keep, take }: ConflictProps) {
  const theirs = useQuery({ queryKey: ["agent-theirs", agent], queryFn: load, gcTime: 0 });
  if (theirs.error) return <Problem error={theirs.error} retry={() => theirs.refetch()} />;
  const { data } = theirs;
  if (!data) return null;
  return (
    <div className="problem conflict" role="alert">
      <div className="grow column">
        <p>Version {data.version} was saved elsewhere while this text was written. What mine changes in it:</p>
        <DiffView before={whole(agent, textsOf(data, ""))} after={whole(agent, mine)} />
        <div className="row">
          <Button onClick={() => keep(data)}>Save mine as v{data.version + 1}</Button>
          <Button onClick={() => take(data)}>Take theirs, and drop mine</Button>
        </div>
      </div>
    </div>
  );
}
