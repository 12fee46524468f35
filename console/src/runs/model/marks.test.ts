import { expect, test } from "vitest";
import { event, part, whole, work } from "./fixture";
import { cellsOf, graphMarks, marksOf, stepOn, sumsOf } from "./marks";
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

test("on the graph, what the run did not come by is faded", () => {
  const cells = cellsOf({
    cells: [{ id: "b", type: "agent" }, { id: "x", type: "agent" }, { id: "to-b", type: "link" }, null],
  });
  const marks = graphMarks(marksOf(treeOf(whole())), cells);
  expect(marks.cells?.get("b")).toMatchObject({ look: "failed", tone: "red", count: 1 });
  expect(marks.cells?.get("x")).toEqual({ look: "faded" });
  expect(marks.links?.get("to-b")).toMatchObject({ look: "lit", count: 1 });
  expect(cellsOf("no canvas")).toEqual([]);
});

test("a click on the graph means a step of that agent or link, and the next click the next one", () => {
  const deliveries = [work("d1", "a"), work("d2", "a", { state: "failed" }), work("d3", "b")];
  const tree = treeOf([part([event("e", "in", { deliveries })])]);
  expect(stepOn(tree, "a", undefined)).toBe("d2.0");
  expect(stepOn(tree, "a", tree.steps.get("d2.0"))).toBe("d1.0");
  expect(stepOn(tree, "to-b", undefined)).toBe("d3.0");
  expect(stepOn(tree, "nowhere", undefined)).toBeUndefined();
});
