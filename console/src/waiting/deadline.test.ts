import { expect, test } from "vitest";
import { isNear, isOpen } from "./deadline";

const at = (minutes: number) => new Date(minutes * 60_000).toISOString();

test("a deadline is near in the last tenth of its time, and in the last minute", () => {
  const near = (minutes: number, now: number) => isNear(at(0), at(minutes), now * 60_000);
  expect([near(100, 80), near(100, 91), near(2, 0.5), near(2, 1.5), near(2, 5)]).toEqual([
    false,
    true,
    false,
    true,
    true,
  ]);
});

test("requests are open until they are answered or over", () => {
  expect(["calling", "outstanding", "answered", "expired"].map(isOpen)).toEqual([true, true, false, false]);
});
