// Lists of records: their names and stages.
import type { FormEvent } from "react";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Empty } from "../ui/empty";
import { List } from "../ui/list";
import { Problem } from "../ui/problem";
import { Labelled } from "../ui/section";
import { href, useParam } from "../url";
import { type RecordList, useDeleteList, useLists, useSaveList } from "./data";
import { stagesOf } from "./words";

export function Lists({ project }: { project: string }) {
  const may = useMay("editor");
  const [chosen, choose] = useParam("change");
  const lists = useLists(project);
  const remove = useDeleteList(project);
  const rows = lists.data ?? [];
  const changed = rows.find((row) => row.id === chosen);
  const error = lists.error ?? remove.error;
  return (
    <div className="column records-list">
      {error && <Problem error={error} />}
      {may && (
        <div className="row">
          <span className="grow" />
          <Button icon="plus" onClick={() => choose("new")}>
            New list
          </Button>
        </div>
      )}
      {may && (chosen === "new" || changed) && (
        <ListForm key={chosen} project={project} list={changed} done={() => choose(undefined)} />
      )}
      {lists.data && rows.length === 0 && (
        <Empty title="There are no lists yet.">
          <p>
            A list has the records that somebody puts there, each at a stage. Workflows start when one comes to a stage.
          </p>
        </Empty>
      )}
      {rows.length > 0 && (
        <List
          label="Lists"
          rows={rows}
          id={(row) => row.id}
          to={(row) => href(`/projects/${project}/records`, { list: row.id })}
          columns={[
            { title: "Name", width: "minmax(120px, 1fr)", cell: (row) => <span title={row.name}>{row.name}</span> },
            { title: "Stages", width: "minmax(140px, 2fr)", cell: (row) => row.stages.join(" → ") },
            ...(may
              ? [
                  {
                    title: "Actions",
                    unseen: true,
                    width: "150px",
                    cell: (row: RecordList) => (
                      <span className="row">
                        <Button kind="quiet" onClick={() => choose(row.id)}>
                          Change
                        </Button>
                        <Confirm
                          trigger={<Button kind="quiet">Delete…</Button>}
                          title={`Delete “${row.name}”?`}
                          action="Delete the list"
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

function ListForm({ project, list, done }: { project: string; list?: RecordList; done: () => void }) {
  const save = useSaveList(project, list?.id, done);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({ name: String(form.get("name")), stages: stagesOf(String(form.get("stages"))) });
  };
  return (
    <form className="records-form" onSubmit={submit} aria-label={list ? "Change the list" : "New list"}>
      <Labelled label="Name">
        {(id) => <input id={id} name="name" className="field" defaultValue={list?.name} required />}
      </Labelled>
      <Labelled
        label="Stages"
        help="One in each line. Records at a stage that is taken out stay there until they are moved."
      >
        {(id) => (
          <textarea id={id} name="stages" className="field" rows={4} defaultValue={list?.stages.join("\n")} required />
        )}
      </Labelled>
      {save.error && <Problem error={save.error} />}
      <div className="row">
        <Button type="submit" kind="main" disabled={save.isPending}>
          {list ? "Save" : "Make the list"}
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}
