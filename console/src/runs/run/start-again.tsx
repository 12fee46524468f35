// Start again from an event: with its payload or a changed one, in the newest version or in that of the run. What begins is a run of its own.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Link } from "wouter";
import { Button } from "../../ui/button";
import { CodeField } from "../../ui/code";
import { Problem } from "../../ui/problem";
import type { RunEvent } from "../model/steps";
import { emitAgain, readPayloadText, wrongOf } from "./actions";
import type { RunPlace } from "./use-run";

interface Props {
  place: RunPlace;
  event: RunEvent;
  names: Map<string, string>;
  close: () => void;
}

export function StartAgain({ place, event, names, close }: Props) {
  const label = useId();
  const [version, setVersion] = useState<"newest" | "run">("newest");
  const [text, setText] = useState<string>();
  const before = useQuery({
    queryKey: ["payload", place.project, place.workflow, event.id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => readPayloadText(place, event.id),
  });
  const isChanged = text !== undefined && text !== before.data;
  const wrong = isChanged ? wrongOf(text) : undefined;
  const start = useMutation({
    mutationFn: () => emitAgain(place, event.id, { payload: isChanged ? text : undefined, version }),
  });
  const choice = (value: "newest" | "run", says: string) => (
    <label className="row">
      <input type="radio" name={label} checked={version === value} onChange={() => setVersion(value)} />
      {says}
    </label>
  );
  return (
    <div className="start-again">
      <p>
        A new run begins with this event of {names.get(event.cell_id) ?? event.cell_id} ({event.groups.join(", ")}).
      </p>
      <div className="column">
        <span className="muted small">Payload{isChanged && ", changed"}</span>
        <CodeField
          label="Payload"
          language="json"
          value={text ?? before.data ?? ""}
          change={setText}
          lines={10}
          disabled={!before.isSuccess}
          invalid={!!wrong}
        />
      </div>
      {before.error && <Problem error={before.error} retry={() => before.refetch()} />}
      {wrong && <p className="wrong">{wrong}</p>}
      <div className="row">
        {choice("newest", "Newest built version")}
        {choice("run", `The run’s version, v${event.version}`)}
      </div>
      {start.error && <Problem error={start.error} />}
      <div className="row">
        <Button
          kind="main"
          icon="play"
          disabled={!!wrong || !before.isSuccess || start.isPending}
          onClick={() => start.mutate()}
        >
          {isChanged ? "Start with the changed payload" : "Start with the same payload"}
        </Button>
        <Button onClick={close}>Close</Button>
        {start.data && (
          <Link
            className="door"
            href={`/projects/${place.project}/workflows/${place.workflow}/runs/${start.data.run_id}`}
          >
            See the new run
          </Link>
        )}
      </div>
    </div>
  );
}
