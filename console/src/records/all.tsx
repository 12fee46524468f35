// The records, filtered by kind, segment, list and stage; and the one that is chosen.
import { useState } from "react";
import { inLine } from "../runs/in-line";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { List, Pages } from "../ui/list";
import { Problem } from "../ui/problem";
import { Time } from "../ui/time";
import { href, useFilter, useParam } from "../url";
import { useLists, useRecords, useSegments } from "./data";
import { RecordFacts } from "./record";
import { RecordForm } from "./record-form";
import { kindsOf } from "./words";

const OF_LIST = ["stage"];

export function All({ project }: { project: string }) {
  const may = useMay("editor");
  const [kind, setKind] = useFilter("kind");
  const [segment, setSegment] = useFilter("segment");
  const [list, setList] = useFilter("list", OF_LIST);
  const [stage, setStage] = useFilter("stage");
  const [cursor] = useParam("cursor");
  const [chosen, choose] = useParam("record");
  const [writes, setWrites] = useState(false);
  const segments = useSegments(project);
  const lists = useLists(project);
  const records = useRecords(project, { kind, segment, list, stage: list && stage, cursor });
  const rows = records.data?.data ?? [];
  const stages = lists.data?.find((row) => row.id === list)?.stages ?? [];
  const nameOf = (id: string) => segments.data?.find((row) => row.id === id)?.name ?? id;
  const [chosenKind = "", ...rest] = chosen?.split("/") ?? [];
  const to = (row: { kind: string; id: string }) =>
    href(`/projects/${project}/records`, { kind, segment, list, stage, cursor, record: `${row.kind}/${row.id}` });
  const error = records.error ?? segments.error ?? lists.error;
  return (
    <div className="column records-list">
      {error && <Problem error={error} retry={() => records.refetch()} />}
      <div className="row records-tools">
        <Choice
          label="Kind"
          value={kind}
          choose={setKind}
          none="All kinds"
          options={named(kindsOf(rows, segments.data ?? []))}
        />
        <Choice
          label="Segment"
          value={segment}
          choose={setSegment}
          none="All segments"
          options={segments.data?.map(({ id, name }) => [id, name]) ?? []}
        />
        <Choice
          label="List"
          value={list}
          choose={setList}
          none="All lists"
          options={lists.data?.map(({ id, name }) => [id, name]) ?? []}
        />
        {list && <Choice label="Stage" value={stage} choose={setStage} none="All stages" options={named(stages)} />}
        <span className="grow" />
        {may && (
          <Button icon="plus" onClick={() => setWrites(!writes)} aria-expanded={writes}>
            New record
          </Button>
        )}
      </div>
      {writes && <RecordForm project={project} kind={kind} done={() => setWrites(false)} />}
      {records.data && rows.length === 0 && (
        <Empty title={kind || segment || list ? "No record is there." : "There are no records yet."}>
          <p>Programs write them by POST …/records, workflows by agents of the type “Write a record”.</p>
        </Empty>
      )}
      <div className="records-beside">
        {rows.length > 0 && (
          <List
            label="Records"
            rows={rows}
            id={(row) => `${row.kind}/${row.id}`}
            to={to}
            selected={chosen}
            columns={[
              { title: "Kind", width: "84px", cell: (row) => row.kind },
              { title: "Id", width: "minmax(90px, 1fr)", cell: (row) => <span title={row.id}>{row.id}</span> },
              {
                title: "Attributes",
                width: "minmax(120px, 2fr)",
                wide: true,
                cell: (row) => <span className="mono muted">{inLine(row.attributes)}</span>,
              },
              {
                title: "Segments",
                width: "minmax(90px, 1fr)",
                wide: true,
                cell: (row) => row.segments.map(nameOf).join(", "),
              },
              { title: "Changed", width: "88px", cell: (row) => <Time at={row.updated_at} /> },
            ]}
          />
        )}
        {chosen && (
          <RecordFacts
            key={chosen}
            project={project}
            kind={chosenKind}
            id={rest.join("/")}
            nameOf={nameOf}
            lists={lists.data ?? []}
            close={() => choose(undefined)}
          />
        )}
      </div>
      <Pages next={records.data?.meta.next_cursor} />
    </div>
  );
}

const named = (names: string[]): [string, string][] => names.map((name) => [name, name]);

interface ChoiceProps {
  label: string;
  value: string | undefined;
  choose: (value: string | undefined) => void;
  none: string;
  options: [string, string][];
}

function Choice({ label, value = "", choose, none, options }: ChoiceProps) {
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={({ target }) => choose(target.value === "" ? undefined : target.value)}
    >
      <option value="">{none}</option>
      {value !== "" && !options.some(([id]) => id === value) && <option value={value}>{value}</option>}
      {options.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
