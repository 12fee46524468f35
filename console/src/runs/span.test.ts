import { expect, test } from "vitest";
import { lastHour, momentOf, sinceOf, toField } from "./span";

test("moments of an address are those of the API, or none", () => {
  expect(momentOf("2026-11-27T18:00:00Z")).toBe("2026-11-27T18:00:00.000Z");
  expect(momentOf("yesterday")).toBeUndefined();
  expect(momentOf(null)).toBeUndefined();
  expect(sinceOf("1 h", Date.UTC(2026, 0, 1, 1))).toBe("2026-01-01T00:00:00.000Z");
  expect(sinceOf("constructor", 0)).toBeUndefined();
});

test("a field and a moment lead to each other", () => {
  const moment = "2026-11-27T18:30:00.000Z";
  expect(momentOf(toField(moment))).toBe(moment);
  expect(toField(undefined)).toBe("");
});

test("a span begins with the hour that ended last", () => {
  expect(lastHour(Date.UTC(2026, 0, 1, 12, 34))).toEqual({
    from: "2026-01-01T11:00:00.000Z",
    to: "2026-01-01T12:00:00.000Z",
  });
});
