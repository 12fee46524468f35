import { describe, expect, it } from "vitest";
import type { Row } from "../api/types";
import { linkCounts, linksTaken, paceOf, summed, wavesOf } from "./live";

const CELLS = [
  { id: "a", type: "agent", agent_type: "split" },
  { id: "b", type: "agent", agent_type: "http_request" },
  { id: "all", type: "link", source: { id: "a" }, target: { id: "b" } },
  { id: "x", type: "link", source: { id: "a" }, target: { id: "b" }, group_id: "x" },
  { id: "y", type: "link", source: { id: "a" }, target: { id: "b" }, group_id: "y" },
];
const row = (more: object) =>
  ({
    cell_id: "a",
    received: 2,
    emitted: 2,
    errors: 0,
    emitted_by_group: { x: 2 },
    ...more,
  }) as unknown as Row<"metrics_list">;

describe("what happens", () => {
  it("goes along the links that routing takes", () => {
    expect(linksTaken(CELLS, [{ cell_id: "a", groups: ["x"] }])).toEqual(["all", "x"]);
    expect(linksTaken(CELLS, [{ cell_id: "b", groups: ["x"] }])).toEqual([]);
  });

  it("is shown step by step, and the deepest steps at once", () => {
    const one = (hop: number, cell_id = "a") => ({ hop, cell_id, groups: ["x"] });
    expect(wavesOf(CELLS, [one(2), one(0), one(1, "b"), one(0)])).toEqual([
      new Set(["all", "x"]),
      new Set(["all", "x"]),
    ]);
    expect(
      wavesOf(
        CELLS,
        [0, 1, 2, 3, 4, 5, 6, 7, 8].map((hop) => one(hop)),
      ),
    ).toHaveLength(6);
    expect(wavesOf(CELLS, [])).toEqual([]);
  });

  it("is summed over hours, and told for each link", () => {
    const sums = summed([row({}), row({ emitted: 3, errors: 1, emitted_by_group: { x: 1, y: 2 } })]);
    expect(sums.get("a")).toEqual({ received: 4, emitted: 5, errors: 1, groups: { x: 3, y: 2 } });
    expect([...linkCounts(CELLS, sums)]).toEqual([
      ["all", 5],
      ["x", 3],
      ["y", 2],
    ]);
  });
});

describe("asking", () => {
  it("is less often when nobody has stirred for minutes", () => {
    expect(paceOf(0, 60_000)).toBe(2000);
    expect(paceOf(0, 200_000)).toBe(6000);
  });
});
