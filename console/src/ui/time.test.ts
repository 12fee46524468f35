import { expect, test } from "vitest";
import { duration, relative } from "./time";

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
