import { expect, test } from "vitest";
import { known, namesOf } from "./names";

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

test("what was never built has no built version", () => {
  const row = { name: "Orders", version: 2, options: {} };
  expect([0, 1].map((built_version) => known({ ...row, built_version }).built)).toEqual([undefined, 1]);
});
