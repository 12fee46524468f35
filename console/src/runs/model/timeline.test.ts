import fc from "fast-check";
import { expect, test } from "vitest";
import { whole } from "./fixture";
import { treeOf } from "./steps";
import { axisOf, axisOfBars, barsOf } from "./timeline";

const HOUR = 3_600_000;

test("a wait between two steps is short, and says how long it was", () => {
  const axis = axisOf([
    [0, 10],
    [HOUR, HOUR + 10],
  ]);
  expect(axis.gaps.map((gap) => gap.ms)).toEqual([HOUR - 10]);
  expect(axis.gaps[0]?.width).toBeLessThan(0.13);
  expect(axis.place(10) - axis.place(0)).toBeCloseTo(axis.place(HOUR + 10) - axis.place(HOUR));
  expect(axis.ticks.map((tick) => tick.ms)).toEqual([0, HOUR]);
});

test("short pauses are drawn as they are", () => {
  const axis = axisOf([
    [0, 100],
    [150, 200],
  ]);
  expect(axis.gaps).toEqual([]);
  expect(axis.place(150)).toBeCloseTo(0.75);
});

test("nothing, and a moment without length, have an axis", () => {
  expect(axisOf([]).place(5)).toBe(1);
  expect(axisOf([[7, 7]]).place(7)).toBe(0);
});

test("later moments never stand further left, and all lie on the axis", () => {
  const spans = fc.array(fc.tuple(fc.nat(10 ** 9), fc.nat(10 ** 6)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(spans, (given) => {
      const all = given.map(([from, took]): [number, number] => [from, from + took]);
      const axis = axisOf(all);
      const moments = all.flat().sort((a, b) => a - b);
      let before = 0;
      for (const place of moments.map(axis.place)) {
        expect(place).toBeGreaterThanOrEqual(before - 1e-9);
        expect(place).toBeLessThanOrEqual(1 + 1e-9);
        before = place;
      }
      expect(axis.gaps.reduce((sum, gap) => sum + gap.width, 0)).toBeLessThanOrEqual(0.51);
    }),
  );
});

test("bars come in the order of their beginning, what has not begun last", () => {
  const bars = barsOf(treeOf(whole()).steps.values());
  expect(bars.map((bar) => bar.step.cell)).toEqual(["in", "a", "b", "c"]);
  expect(axisOfBars(bars).gaps).toEqual([]);
});
