import { expect, test } from "vitest";
import { places, shortTime, ticks } from "./axis";

test("marks are round, few, and reach above all", () => {
  expect(ticks(0, true)).toEqual([0, 1]);
  expect(ticks(1, true)).toEqual([0, 1]);
  expect(ticks(7, true)).toEqual([0, 5, 10]);
  expect(ticks(190, true)).toEqual([0, 100, 200]);
  expect(ticks(0.9, false).map((mark) => mark.toFixed(1))).toEqual(["0.0", "0.5", "1.0"]);
});

test("times stand where there is room", () => {
  const hours = Array.from({ length: 24 }, (_, at) => at * 3_600_000);
  const shown = places(hours, 3_600_000, 360).map(({ index }) => index);
  expect(shown).toEqual([0, 4, 8, 12, 16, 20]);
  expect(places(hours, 3_600_000, 0)).toHaveLength(0);
});

test("lengths of time have one unit at an axis", () => {
  expect([0, 500, 1500, 200_000, 1_000_000, 72_000_000].map(shortTime)).toEqual([
    "0",
    "500 ms",
    "1.5 s",
    "200 s",
    "17 min",
    "20 h",
  ]);
});
