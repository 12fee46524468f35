import { expect, test } from "vitest";
import { clock } from "./clock";

test("a moment of today has its seconds, an older one its day", () => {
  const now = new Date(2026, 10, 27, 18, 30);
  expect(clock(new Date(2026, 10, 27, 8, 5, 9).toISOString(), now.getTime())).toBe("08:05:09");
  expect(clock(new Date(2026, 10, 26, 8, 5, 9).toISOString(), now.getTime())).toMatch(/26.*, 08:05$/);
  expect(clock(null, now.getTime())).toBe("");
  expect(clock("soon", now.getTime())).toBe("");
});
