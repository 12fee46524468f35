// Replaying failures: some, or all of a group; and what became of that.
import { deliveryKey, type Step, type Tree } from "../runs/model/steps";
import type { FailureRow } from "../runs/reads";
import { mendedIn } from "../runs/run/actions";

/** What came of asking for a replay: an error, or nothing if it was taken. */
export type Asked = ReadonlyMap<string, unknown>;

const AT_ONCE = 4;

/** Replays failures, a few at a time. One that is refused does not keep the others. */
export async function replayMany(
  failures: FailureRow[],
  replay: (failure: FailureRow) => Promise<void>,
  tell: (id: string, error: unknown) => void,
): Promise<void> {
  const left = [...failures];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      let error: unknown;
      try {
        await replay(next);
      } catch (thrown) {
        error = thrown;
      }
      tell(next.id, error);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** The newest version, if one of the failures comes of an older one: what was mended since is in it. */
export function mendedFor(failures: readonly FailureRow[], built: number | undefined): number | undefined {
  return failures.map((row) => mendedIn(row.version ?? undefined, built)).find((version) => version !== undefined);
}

/** The step that is the replay of a failure; none if it has not come yet. */
export function becameOf(tree: Tree, failure: FailureRow): Step | undefined {
  const own = [...tree.steps.values()].find((step) => step.delivery?.failure_id === failure.id)?.delivery;
  return own && tree.steps.get(deliveryKey({ id: own.id, arm: own.arm + 1 }));
}

/** The run in which a failure was replayed in another version; none if it was not. An event's id begins with that of its run. */
export function runAgainOf(tree: Tree, failure: FailureRow): string | undefined {
  const own = [...tree.steps.values()].find(
    (step) => step.cell === failure.cell_id && step.received?.id === failure.event_id && step.delivery?.replayed_as,
  );
  return own?.delivery?.replayed_as?.split("-")[0];
}
