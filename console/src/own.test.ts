import { expect, test } from "vitest";
import { colourOf, iconOf } from "./editor/canvas/look";
import { linkCounts, summed } from "./editor/live";
import { byName, ownOf } from "./own";

const NAMES = ["constructor", "__proto__", "toString"];

test("what every object has is no value by its name", () => {
  for (const name of NAMES) {
    expect(ownOf({ a: 1 }, name)).toBeUndefined();
    const counts = byName<number>();
    expect(counts[name]).toBeUndefined();
    counts[name] = 1;
    expect(ownOf(counts, name)).toBe(1);
  }
});

test("agent types of such names look as unknown ones do", () => {
  for (const name of NAMES) expect([iconOf(name, undefined), colourOf(name, undefined)]).toEqual(["database", "other"]);
});

test("groups of such names are counted", () => {
  const row = { cell_id: "s", received: 1, emitted: 2, errors: 0 };
  for (const group of NAMES) {
    const rows = [1, 2].map((count) => ({ ...row, emitted_by_group: JSON.parse(`{"${group}":${count}}`) }));
    const link = { id: "l", type: "link", source: { id: "s" }, target: { id: "t" }, group_id: group };
    expect([...linkCounts([link], summed(rows as unknown as Parameters<typeof summed>[0]))]).toEqual([["l", 3]]);
    const none = [{ ...row, emitted_by_group: {} }] as unknown as Parameters<typeof summed>[0];
    expect([...linkCounts([link], summed(none))]).toEqual([]);
  }
});
