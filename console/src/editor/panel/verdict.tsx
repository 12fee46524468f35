// What a filter makes of the last event, as it is drawn now: whether it passes, and where to. Its line is there also while that is not known, so
// that nothing below moves while somebody writes.
import { useQuery } from "@tanstack/react-query";
import { useQuiet } from "../../forms/data";
import { Icon } from "../../ui/icon";
import { dryRun } from "./dry-run";
import { Groups } from "./result";
import type { TabProps } from "./shared";

const NONE = "What it makes of the last event is said here.";

export function Verdict({ place, cell, traffic, may }: Pick<TabProps, "place" | "cell" | "traffic" | "may">) {
  const event = traffic.incoming.find(({ payload }) => payload !== undefined);
  const quiet = useQuiet(cell, 400);
  const verdict = useQuery({
    queryKey: ["verdict", place, quiet, event?.id],
    enabled: may && event !== undefined,
    gcTime: 30_000,
    queryFn: () =>
      dryRun(place, { cell: quiet, event: event && { id: event.id, payload: event.payload }, outsideCalls: false }),
  });
  if (!may) return null;
  // What is wrong with the cell stands at its fields.
  if (!verdict.data || verdict.error) return <p className="verdict muted">{event ? "The last event: —" : NONE}</p>;
  const { events, error, waits_until } = verdict.data;
  const [first] = events;
  return (
    <p className={`verdict ${first ? "passes" : ""}`} aria-live="polite">
      <Icon name={first ? "check" : error ? "alert" : "x"} size={14} />
      <span>The last event</span>
      {first ? (
        <>
          goes on in <Groups groups={first.groups} />
        </>
      ) : error ? (
        <>fails: {error.message}</>
      ) : waits_until ? (
        "waits"
      ) : (
        "ends here"
      )}
    </p>
  );
}
