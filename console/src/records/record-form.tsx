// A record as it is written by hand: its kind, its id, its attributes as JSON.
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button";
import { Problem } from "../ui/problem";
import { Labelled } from "../ui/section";
import { type RecordRow, useWriteRecord } from "./data";
import { attributesOf } from "./words";

interface Props {
  project: string;
  /** The record that is changed; none for a new one. */
  record?: RecordRow;
  kind?: string;
  done: () => void;
}

export function RecordForm({ project, record, kind = "person", done }: Props) {
  const [wrong, setWrong] = useState<string>();
  const write = useWriteRecord(project, done);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => String(form.get(field) ?? "").trim();
    const read = attributesOf(text("attributes"));
    setWrong("wrong" in read ? read.wrong : undefined);
    if ("wrong" in read) return;
    write.mutate({ kind: record?.kind ?? text("kind"), id: record?.id ?? text("id"), attributes: read.attributes });
  };
  return (
    <form className="records-form" onSubmit={submit} aria-label={record ? "Change the record" : "New record"}>
      {!record && (
        <div className="row">
          <Labelled label="Kind">
            {(id) => <input id={id} name="kind" className="field" defaultValue={kind} required />}
          </Labelled>
          <Labelled label="Id">{(id) => <input id={id} name="id" className="field" required />}</Labelled>
        </div>
      )}
      <Labelled label="Attributes" help={wrong}>
        {(id) => (
          <textarea
            id={id}
            name="attributes"
            className="field mono"
            rows={8}
            aria-invalid={wrong !== undefined || undefined}
            defaultValue={JSON.stringify(record?.attributes ?? {}, null, 2)}
          />
        )}
      </Labelled>
      {write.error && <Problem error={write.error} />}
      <div className="row">
        <Button type="submit" kind="main" disabled={write.isPending}>
          Save
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}
