import { expect, it } from "vitest";
import { shortlyBoth, summary } from "./changes-list";
import { diff } from "./model/diff";
import { compared } from "./versions";

const then = [
  { id: "a", type: "agent", agent_type: "webhook", position: { x: 0, y: 0 } },
  { id: "b", type: "agent", agent_type: "http_request", config: { url: "x" } },
  { id: "l", type: "link", source: { id: "a" }, target: { id: "b" } },
];
const now = [
  { id: "a", type: "agent", agent_type: "webhook", position: { x: 90, y: 0 } },
  { id: "b", type: "agent", agent_type: "http_request", config: { url: "y" } },
  { id: "n", type: "agent", agent_type: "split" },
];

it("shows on the canvas what became of each cell since a version, and what is gone", () => {
  const changes = diff(then, now);
  const { cells, marks } = compared(now, changes);
  expect(cells.map(({ id }) => id)).toEqual(["a", "b", "n", "l"]);
  expect([...(marks.cells ?? [])]).toEqual([
    ["b", { look: "changed" }],
    ["n", { look: "added" }],
  ]);
  expect([...(marks.links ?? [])]).toEqual([["l", { look: "removed" }]]);
  expect(summary(changes)).toBe("1 new, 1 changed, 1 gone");
  expect(summary(diff(then, then))).toBe("nothing");
  expect(summary(diff(then.slice(0, 1), now.slice(0, 1)))).toBe("only the look");
});

it("cuts values that are long", () => {
  expect(shortlyBoth("x".repeat(300), undefined)[0]).toHaveLength(201);
  expect(shortlyBoth("x", undefined)).toEqual(["x", "—"]);
});
