// Segments: how each is filled, how many records it has, and its condition.
import { useState } from "react";
import { ApiError } from "../api/error";
import { conditionWords } from "../forms/condition-words";
import { Form } from "../forms/form";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Empty } from "../ui/empty";
import { List } from "../ui/list";
import { Problem } from "../ui/problem";
import { Labelled } from "../ui/section";
import { State } from "../ui/state";
import { count } from "../ui/time";
import { href, useParam } from "../url";
import { type Segment, useDeleteSegment, useSaveSegment, useSegments } from "./data";
import { KINDS, problemsOf, progressWords } from "./words";

/** The form of a condition: that of an agent of the type `condition`. */
const SCHEMA = {
  type: "object",
  properties: { condition: { type: "object", "x-rookery": "condition" } },
  required: ["condition"],
};
const FIRST = { path: "", operator: "eq", value: "" };

export function Segments({ project }: { project: string }) {
  const may = useMay("editor");
  const [chosen, choose] = useParam("change");
  const segments = useSegments(project);
  const remove = useDeleteSegment(project);
  const rows = segments.data ?? [];
  const changed = rows.find((row) => row.id === chosen);
  const error = segments.error ?? remove.error;
  return (
    <div className="column records-list">
      {error && <Problem error={error} />}
      {may && (
        <div className="row">
          <span className="grow" />
          <Button icon="plus" onClick={() => choose("new")}>
            New segment
          </Button>
        </div>
      )}
      {may && (chosen === "new" || changed) && (
        <SegmentForm key={chosen} project={project} segment={changed} done={() => choose(undefined)} />
      )}
      {segments.data && rows.length === 0 && (
        <Empty title="There are no segments yet.">
          <p>A segment has the records of a kind that match a condition. Workflows start when one enters it.</p>
        </Empty>
      )}
      {rows.length > 0 && (
        <List
          label="Segments"
          rows={rows}
          id={(row) => row.id}
          to={(row) => href(`/projects/${project}/records`, { segment: row.id })}
          columns={[
            { title: "Name", width: "minmax(100px, 1fr)", cell: (row) => <span title={row.name}>{row.name}</span> },
            { title: "Kind", width: "84px", cell: (row) => row.kind },
            {
              title: "Condition",
              width: "minmax(140px, 2fr)",
              wide: true,
              cell: (row) => <span className="muted">{conditionWords(row.condition)}</span>,
            },
            { title: "Records", width: "72px", number: true, cell: (row) => count(row.size) },
            {
              title: "State",
              width: "minmax(90px, 170px)",
              cell: (row) => (
                <State
                  state={progressWords(row.state, row.progress)}
                  tone={row.state === "ready" ? "green" : "amber"}
                />
              ),
            },
            ...(may
              ? [
                  {
                    title: "Actions",
                    unseen: true,
                    width: "150px",
                    cell: (row: Segment) => (
                      <span className="row">
                        <Button kind="quiet" onClick={() => choose(row.id)}>
                          Change
                        </Button>
                        <Confirm
                          trigger={<Button kind="quiet">Delete…</Button>}
                          title={`Delete “${row.name}”?`}
                          action="Delete the segment"
                          act={() => remove.mutate(row.id)}
                        >
                          <p>Its records stay. Workflows that listen to it are told nothing more.</p>
                        </Confirm>
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </div>
  );
}

function SegmentForm({ project, segment, done }: { project: string; segment?: Segment; done: () => void }) {
  const [name, setName] = useState(segment?.name ?? "");
  const [kind, setKind] = useState(segment?.kind ?? "person");
  const [config, setConfig] = useState<Record<string, unknown>>({ condition: segment?.condition ?? FIRST });
  const save = useSaveSegment(project, segment?.id, done);
  const known = save.error instanceof ApiError ? save.error : undefined;
  const problems = problemsOf(known?.problem.meta, known?.message ?? "");
  return (
    <form
      className="records-form"
      aria-label={segment ? "Change the segment" : "New segment"}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ name, kind, condition: config.condition });
      }}
    >
      <div className="row">
        <Labelled label="Name">
          {(id) => (
            <input id={id} className="field" value={name} onChange={({ target }) => setName(target.value)} required />
          )}
        </Labelled>
        <Labelled label="Kind">
          {(id) => (
            <input
              id={id}
              className="field"
              list="record-kinds"
              value={kind}
              disabled={segment !== undefined}
              onChange={({ target }) => setKind(target.value)}
              required
            />
          )}
        </Labelled>
        <datalist id="record-kinds">
          {KINDS.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      </div>
      <Form project={project} schema={SCHEMA} config={config} change={setConfig} problems={problems} disabled={false} />
      {save.error && problems.size === 0 && <Problem error={save.error} />}
      <div className="row">
        <Button type="submit" kind="main" disabled={save.isPending}>
          {segment ? "Save" : "Make the segment"}
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}
