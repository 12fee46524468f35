import { expect, test } from "vitest";
import { namesOf } from "./names";

test("agents are named by their canvas, whatever stands there", () => {
  const cells = [
    { id: "a", type: "agent", name: "Ada" },
    { id: "b", type: "agent" },
    { id: "l", type: "link" },
    null,
    7,
  ];
  expect([...namesOf({ cells })]).toEqual([
    ["a", "Ada"],
    ["b", "b"],
  ]);
  expect(namesOf(null).size + namesOf({ cells: {} }).size).toBe(0);
});
