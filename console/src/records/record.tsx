// One record: what it says of itself, its segments, and its stage in each list.
import { useState } from "react";
import { Link } from "wouter";
import { useMay } from "../session";
import { Button, IconButton } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Payload } from "../ui/payload";
import { Problem } from "../ui/problem";
import { Facts } from "../ui/section";
import { Time } from "../ui/time";
import { href } from "../url";
import { type RecordList, useDeleteRecord, useRecord, useSetStage } from "./data";
import { RecordForm } from "./record-form";

interface Props {
  project: string;
  kind: string;
  id: string;
  nameOf: (segment: string) => string;
  lists: RecordList[];
  close: () => void;
}

export function RecordFacts({ project, kind, id, nameOf, lists, close }: Props) {
  const may = useMay("editor");
  const [changes, setChanges] = useState(false);
  const shown = useRecord(project, kind, id);
  const remove = useDeleteRecord(project, close);
  const move = useSetStage(project);
  const record = shown.data?.data;
  const error = shown.error ?? remove.error ?? move.error;
  return (
    <aside className="records-one" aria-label="Record">
      <header className="row">
        <h2 className="grow cut" title={id}>
          {id}
        </h2>
        <span className="muted">{kind}</span>
        <IconButton icon="x" label="Close" onClick={close} />
      </header>
      {error && <Problem error={error} />}
      {record && (
        <>
          <Facts
            facts={[
              [
                "Segments",
                record.segments.length === 0
                  ? "—"
                  : record.segments.map((segment) => (
                      <Link key={segment} className="door" href={href(`/projects/${project}/records`, { segment })}>
                        {nameOf(segment)}
                      </Link>
                    )),
              ],
              ["Made", <Time key="made" at={record.created_at} />],
              ["Changed", <Time key="changed" at={record.updated_at} />],
            ]}
          />
          {lists.map((list) => (
            <label key={list.id} className="row records-stage">
              <span className="grow cut">{list.name}</span>
              <select
                className="field"
                aria-label={`Stage in ${list.name}`}
                value={record.lists.find(({ list_id }) => list_id === list.id)?.stage ?? ""}
                disabled={!may || move.isPending}
                onChange={({ target }) => move.mutate({ list: list.id, kind, id, stage: target.value || undefined })}
              >
                <option value="">not in the list</option>
                {list.stages.map((stage) => (
                  <option key={stage}>{stage}</option>
                ))}
              </select>
            </label>
          ))}
          {changes ? (
            <RecordForm project={project} record={record} done={() => setChanges(false)} />
          ) : (
            <Payload value={record.attributes} label="Attributes" />
          )}
          {may && !changes && (
            <div className="row">
              <Button onClick={() => setChanges(true)}>Change</Button>
              <Confirm
                trigger={<Button kind="quiet">Delete…</Button>}
                title={`Delete “${id}”?`}
                action="Delete the record"
                act={() => remove.mutate({ kind, id })}
              >
                <p>It leaves its segments and lists. What workflows have done with it stays.</p>
              </Confirm>
            </div>
          )}
        </>
      )}
    </aside>
  );
}
