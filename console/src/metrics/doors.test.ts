import { expect, test } from "vitest";
import { type Place, toEvents, toFailures, toRuns } from "./doors";
import { WINDOWS } from "./measure";

const place: Place = { project: "p", workflow: "w", window: WINDOWS[0] };

test("a bar leads to the runs and failures of its own time", () => {
  const bar = Date.UTC(2026, 10, 27, 18);
  const hour = "from=2026-11-27T18%3A00%3A00.000Z&to=2026-11-27T19%3A00%3A00.000Z";
  expect(toRuns({ ...place, bar })).toBe(`/projects/p/workflows/w/runs?${hour}`);
  expect(toFailures({ ...place, bar, code: "x" })).toBe(
    `/projects/p/failures?workflow=w&code=x&${hour}&replayed=shown`,
  );
  expect(toFailures({ ...place, version: 2 })).toBe(
    "/projects/p/failures?workflow=w&version=2&window=24+h&replayed=shown",
  );
  expect(toRuns(place)).toBe("/projects/p/workflows/w/runs?window=24+h");
  expect(toRuns({ ...place, window: WINDOWS[2] ?? place.window })).toBe("/projects/p/workflows/w/runs");
});

test("what an agent emitted without being asked began runs; what came to it is in its panel", () => {
  expect(toEvents(place, "hook", 0)).toBe("/projects/p/workflows/w/runs?agent=hook&window=24+h");
  expect(toEvents(place, "big", 3)).toBe("/projects/p/workflows/w?cell=big&tab=events");
});
