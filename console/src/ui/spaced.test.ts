import { afterEach, expect, test, vi } from "vitest";
import { spaced } from "./spaced";

afterEach(() => {
  vi.useRealTimers();
});

test("of many that ask at once, the first is served at once, and the others once, later", () => {
  vi.useFakeTimers();
  let asked = 0;
  const ask = spaced(() => asked++, 5000);
  for (let at = 0; at < 4; at++) ask();
  expect(asked).toBe(1);
  vi.advanceTimersByTime(5000);
  expect(asked).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(asked).toBe(2);
});

test("a clock that is put back meanwhile makes nobody wait longer", () => {
  vi.useFakeTimers();
  const act = vi.fn();
  const ask = spaced(act, 5000);
  ask();
  vi.setSystemTime(Date.now() - 3_600_000);
  ask();
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledTimes(2);
});
