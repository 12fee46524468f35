import { describe, expect, it } from "vitest";
import type { Cells } from "./cells";
import { diff, fields, isLook, meetings, merged, titleOf } from "./diff";

const base: Cells = [
  { id: "a", type: "agent", agent_type: "webhook", name: "A", position: { x: 0, y: 0 }, config: {} },
  { id: "b", type: "agent", agent_type: "http_request", name: "B", config: { url: "http://x", headers: { a: 1 } } },
  { id: "l", type: "link", source: { id: "a" }, target: { id: "b" } },
];
const [a, b, l] = base as [Cells[0], Cells[0], Cells[0]];

describe("diff", () => {
  it("tells by cell and field", () => {
    const after = [
      { ...b, config: { url: "http://y", headers: { a: 1 } } },
      { ...a, position: { x: 9, y: 0 } },
      { id: "n" },
    ];
    const found = diff(base, after);
    expect(found.map(({ key, kind }) => [key, kind])).toEqual([
      ["b", "changed"],
      ["a", "changed"],
      ["n", "added"],
      ["l", "removed"],
    ]);
    expect(found[0]?.fields).toEqual([{ field: "config.url", before: "http://x", after: "http://y" }]);
    expect(found.map(isLook)).toEqual([false, true, true, false]);
    expect(titleOf(found[3] ?? { key: "", kind: "added", fields: [] }, base)).toBe("A → B");
  });

  it("finds nothing in the same", () => {
    expect(diff(base, structuredClone(base) as Cells)).toEqual([]);
  });
});

describe("two sides", () => {
  const mine = [{ ...a, name: "mine" }, { ...b, name: "mine" }, l, { id: "m", type: "note" }];
  const theirs = [{ ...a, name: "theirs" }, b, { id: "t", type: "note" }];
  it("meet cell by cell", () => {
    expect(meetings(base, mine, theirs).map(({ key, by }) => [key, by])).toEqual([
      ["a", "both"],
      ["b", "mine"],
      ["l", "theirs"],
      ["m", "mine"],
      ["t", "theirs"],
    ]);
  });

  it("become one, by what was chosen", () => {
    const all = meetings(base, mine, theirs);
    expect(merged(theirs, all, () => "theirs")).toEqual(theirs);
    const chosen = merged(theirs, all, (meeting) => (meeting.by === "theirs" ? "theirs" : "mine"));
    expect(chosen.map((cell) => [cell.id, cell.name])).toEqual([
      ["a", "mine"],
      ["b", "mine"],
      ["t", undefined],
      ["m", undefined],
    ]);
    expect(new Set(merged(theirs, all, () => "mine"))).toEqual(new Set(mine));
  });
});

describe("fields", () => {
  const of = (before: unknown, after: unknown) => fields(before, after).map(({ field }) => field);

  it("are found in lists, by name or by place", () => {
    const groups = [
      { name: "a", weight: 1 },
      { name: "b.c", weight: 2 },
    ];
    const after = { groups: [groups[0], { name: "b.c", weight: 3 }, { name: "n", weight: 1 }], rows: [1, 2] };
    expect(of({ groups, rows: [1, 3] }, after)).toEqual(["groups.b.c.weight", "groups.n", "rows.1"]);
    expect(of({ rows: [1] }, after)).toEqual(["rows", "groups"]);
    expect(of({ groups }, { groups: [...groups].reverse() })).toEqual(["groups"]);
    const [one, two, three] = ["1", "2", "3"].map((name) => ({ name, weight: 1 }));
    expect(fields([one, two, three], [two, three])).toEqual([{ field: "1", before: one, after: undefined }]);
  });

  it("of a condition are those of its one row, or it is shown whole", () => {
    const row = { path: "total", operator: "gte", value: 50 };
    expect(of({ condition: row }, { condition: { ...row, value: 60 } })).toEqual(["condition.value"]);
    expect(of({ condition: row }, { condition: { all: [row, { not: row }] } })).toEqual(["condition"]);
  });
});
