// The versions of a workflow: what differs from what is shown now, by cell and field, and on the canvas; and restore, which can be undone.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { api, call } from "../api/client";
import { Button, IconButton } from "../ui/button";
import { useFocusBack } from "../ui/focus";
import { Problem } from "../ui/problem";
import { Time } from "../ui/time";
import type { Mark, Marks } from "./canvas/look";
import { ChangesList, summary } from "./changes-list";
import type { Cells } from "./model/cells";
import { isLink } from "./model/cells";
import { type CellChange, diff, isLook } from "./model/diff";
import { versionOf } from "./server";
import type { EditorState } from "./state";
import type { EditorStore } from "./store";
import { useEditor } from "./use-editor";

const some = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const headOf = (state: EditorState) => state.head;
const cellsOf = (state: EditorState) => state.cells;

/** What the canvas shows of a comparison: the cells of now and those that are gone, marked by what became of each. */
export function compared(now: Cells, changes: readonly CellChange[]): { cells: Cells; marks: Marks } {
  const cells = new Map<string, Mark>();
  const links = new Map<string, Mark>();
  for (const change of changes) {
    const cell = change.after ?? change.before;
    const of = cell && isLink(cell) ? links : cells;
    if (change.kind === "changed" && isLook(change)) continue;
    of.set(change.key, { look: change.kind });
  }
  const gone = changes.filter(({ kind }) => kind === "removed").flatMap(({ before }) => (before ? [before] : []));
  return { cells: [...now, ...gone], marks: { cells, links } };
}

/** The cells of the version that is looked at, if one is. */
export function useVersion(project: string, workflow: string, version: number | undefined) {
  return useQuery({
    queryKey: ["editor", "version", project, workflow, version],
    enabled: version !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => versionOf(project, workflow, version ?? 0),
  });
}

interface Props {
  project: string;
  workflow: string;
  store: EditorStore;
  chosen: number | undefined;
  choose: (version: number | undefined) => void;
  /** Which difference is pointed at. */
  looked: string | undefined;
  look: (key: string) => void;
  close: () => void;
}

export function Versions({ project, workflow, store, chosen, choose, looked, look, close }: Props) {
  const head = useEditor(store, headOf);
  const cells = useEditor(store, cellsOf);
  const queries = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ["editor", "versions", project, workflow, head.version],
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/versions", {
          params: { path: { project, workflow }, query: { limit: 50, cursor: pageParam } },
        }),
      ),
    getNextPageParam: (page) => page.meta.next_cursor ?? undefined,
  });
  const then = useVersion(project, workflow, chosen);
  const changes = useMemo(() => (then.data ? diff(then.data.cells, cells) : undefined), [then.data, cells]);
  const restore = useMutation({
    mutationFn: (version: number) => store.run({ restore: version }),
    onSuccess: () => {
      choose(undefined);
      void queries.invalidateQueries({ queryKey: ["editor", "versions", project, workflow] });
    },
  });
  const box = useRef<HTMLElement>(null);
  useFocusBack();
  // Once: whoever goes on elsewhere is not called back when a version is added.
  const isRead = useRef(false);
  useEffect(() => {
    if (isRead.current || !list.isSuccess) return;
    isRead.current = true;
    const first = (selector: string) => box.current?.querySelector<HTMLElement>(selector);
    (first(".version[aria-pressed=true]") ?? first(".version"))?.focus();
  }, [list.isSuccess]);
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <aside
      ref={box}
      className="side versions"
      aria-label="Versions"
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <header className="side-head">
        <h2 className="grow">Versions</h2>
        <IconButton icon="x" label="Close the versions" onClick={close} />
      </header>
      {list.error && <Problem error={list.error} retry={() => list.refetch()} />}
      {restore.error && <Problem error={restore.error} />}
      <ul className="versions-list">
        {rows.map((row) => (
          <li key={row.version}>
            <button
              type="button"
              className="version"
              aria-pressed={chosen === row.version}
              onClick={() => choose(chosen === row.version ? undefined : row.version)}
            >
              <b>v{row.version}</b>
              <span className="grow muted small">
                {some(row.agent_count, "agent")}
                {row.error_count > 0 ? ` · ${some(row.error_count, "problem")}` : ""}
                {row.version === head.version ? " · last saved" : ""}
                {row.version === head.built_version ? " · runs" : ""}
              </span>
              <span className="muted small">
                <Time at={row.created_at} />
              </span>
            </button>
          </li>
        ))}
        {list.hasNextPage && (
          <li>
            <Button onClick={() => void list.fetchNextPage()}>Older</Button>
          </li>
        )}
      </ul>
      {chosen !== undefined && (
        <section className="versions-diff" aria-label={`From v${chosen} to now`}>
          {then.error && <Problem error={then.error} retry={() => then.refetch()} />}
          {changes && then.data && (
            <>
              <div className="row versions-diff-head">
                <h3 className="grow">
                  From v{chosen} to now: {summary(changes)}
                </h3>
                {store.editable && (
                  <Button
                    icon="replay"
                    disabled={changes.length === 0 || restore.isPending}
                    onClick={() => restore.mutate(chosen)}
                  >
                    Restore v{chosen}
                  </Button>
                )}
              </div>
              <ChangesList changes={changes} before={then.data.cells} after={cells} chosen={looked} choose={look} />
            </>
          )}
        </section>
      )}
    </aside>
  );
}
