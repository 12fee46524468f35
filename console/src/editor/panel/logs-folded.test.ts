import { expect, test } from "vitest";
import { folded } from "./logs-folded";

test("what is said again and again is told once, with how often", () => {
  const entries = ["a", "a", "b", "a"].map((line, at) => ({ at, lines: [line] }));
  expect(folded(entries).map(({ entry, times }) => [entry.at, times])).toEqual([
    [0, 2],
    [2, 1],
    [3, 1],
  ]);
});
