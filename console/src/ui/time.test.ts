import { expect, test } from "vitest";
import { count, duration, relative } from "./time";

test("lengths of time are short words", () => {
  expect([0, 240, 1240, 65_000, 3_600_000, 90_061_000].map(duration)).toEqual([
    "0 ms",
    "240 ms",
    "1.2 s",
    "1 min 5 s",
    "1 h",
    "1 d 1 h",
  ]);
});

test("moments are before or after now", () => {
  expect([relative(1000, 13_000), relative(200_000, 0), relative(5, 6)]).toEqual(["12 s ago", "in 3 min", "now"]);
});

test("counts have their thousands", () => {
  expect([0, 999, 1000, 1234567, -1234, null].map(count)).toEqual(["0", "999", "1,000", "1,234,567", "-1,234", "—"]);
});
