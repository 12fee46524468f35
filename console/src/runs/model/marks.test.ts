import { expect, test } from "vitest";
import { whole } from "./fixture";
import { marksOf, sumsOf } from "./marks";
import { treeOf } from "./steps";

test("the path is marked with counts and the worst state", () => {
  expect(marksOf(treeOf(whole()))).toEqual({
    cells: {
      in: { state: "done", count: 1 },
      a: { state: "done", count: 1 },
      b: { state: "failed", count: 1 },
      c: { state: "waiting", count: 1 },
    },
    links: { "to-a": 1, "to-b": 1, "to-c": 1 },
  });
});

test("each agent's work is summed", () => {
  const sums = sumsOf(treeOf(whole()));
  expect(sums.map((sum) => [sum.cell, sum.steps, sum.emitted, sum.failed, sum.waiting])).toEqual([
    ["in", 1, 1, 0, 0],
    ["a", 1, 1, 0, 0],
    ["b", 1, 0, 1, 0],
    ["c", 1, 0, 0, 1],
  ]);
});
