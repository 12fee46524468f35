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
