import { expect, test } from "vitest";
import { shownOf } from "./badges";

test("a count says whether there may be more, and nothing is not shown", () => {
  const overview = { failures: 100, waiting: 3, workflows: 0, at_least: ["failures" as const] };
  expect([shownOf(overview, "failures"), shownOf(overview, "waiting")]).toEqual(["100+", "3"]);
  expect(shownOf({ ...overview, waiting: 0 }, "waiting")).toBeUndefined();
  expect(shownOf(undefined, "failures")).toBeUndefined();
});
