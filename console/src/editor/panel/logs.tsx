// An agent's logs, newest first: filtered by a text, and cleared.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, call } from "../../api/client";
import { ApiError } from "../../api/error";
import { Button, IconButton } from "../../ui/button";
import { Clock } from "../../ui/clock";
import { Confirm } from "../../ui/confirm";
import { Problem } from "../../ui/problem";
import { Reading } from "../../ui/reading";
import { count, Time } from "../../ui/time";
import { useLogs } from "./data";
import { folded } from "./logs-folded";
import { runOf, type TabProps } from "./shared";

export function Logs({ place, name, may }: TabProps) {
  const logs = useLogs(place);
  const queries = useQueryClient();
  const [filter, setFilter] = useState("");
  const clear = useMutation({
    mutationFn: () =>
      call(
        api.DELETE("/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/logs", {
          params: { path: { ...place } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["agent_logs", place.project, place.workflow, place.cell] }),
  });
  if (logs.error) {
    const isNew = logs.error instanceof ApiError && logs.error.status === 404;
    return isNew ? (
      <p className="muted">The agent is not built yet: it logs from the first start on.</p>
    ) : (
      <Problem error={logs.error} retry={() => logs.refetch()} />
    );
  }
  if (!logs.data) return <Reading />;
  const entries = logs.data.pages.flatMap((page) => page.data);
  if (entries.length === 0) return <p className="muted">It has logged nothing.</p>;
  const wanted = filter.toLowerCase();
  const shown = entries.filter(
    ({ lines }) => wanted === "" || lines.some((line) => line.toLowerCase().includes(wanted)),
  );
  return (
    <div className="column">
      <div className="row">
        <input
          className="field grow"
          type="search"
          aria-label="Show only logs with this text"
          placeholder="Only those with this text"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <IconButton icon="replay" label="Look for newer logs" onClick={() => logs.refetch()} />
        {may && (
          <Confirm
            trigger={<IconButton icon="trash" label="Clear the logs" />}
            title="Clear the logs?"
            action="Clear the logs"
            act={() => clear.mutate()}
          >
            {logs.hasNextPage ? "All" : entries.length === 1 ? "The one entry" : `All ${entries.length} entries`} that{" "}
            {name} has logged will be gone. This cannot be undone.
          </Confirm>
        )}
      </div>
      {clear.error && <Problem error={clear.error} />}
      <ul className="panel-logs">
        {folded(shown).map(({ entry, times }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several entries may be of one moment.
          <li key={`${entry.at} ${at}`}>
            <p className="row small muted">
              <Time at={entry.at} />
              <Clock at={entry.at} />
              {entry.event_id && (
                <Link
                  className="door"
                  href={runOf(place, { run_id: entry.event_id.split("-")[0] ?? "", id: entry.event_id })}
                >
                  {times > 1 ? "the last event" : "its event"}
                </Link>
              )}
              {times > 1 && <span className="panel-times">{count(times)} times</span>}
            </p>
            <pre className="panel-log">{entry.lines.join("\n")}</pre>
          </li>
        ))}
        {shown.length === 0 && <li className="muted">None has this text.</li>}
      </ul>
      {logs.hasNextPage && (
        <Button onClick={() => logs.fetchNextPage()} disabled={logs.isFetchingNextPage}>
          Older
        </Button>
      )}
    </div>
  );
}
