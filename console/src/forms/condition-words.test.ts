import { describe, expect, it } from "vitest";
import { conditionWords, isCondition } from "./condition-words";

const big = { path: "total", operator: "gte", value: 50 };
const back = { path: "state", op: "eq", value: "returned" };

describe("a condition in words", () => {
  it("is a sentence", () => {
    expect(conditionWords(big)).toBe("total is at least 50");
    expect(conditionWords({ path: "total", operator: "exists" })).toBe("total is there");
    expect(conditionWords({ all: [big, { not: back }, { any: [big, back] }] })).toBe(
      'total is at least 50 and not (state is "returned") and (total is at least 50 or state is "returned")',
    );
    expect(conditionWords({ any: [{ all: [{ not: back }, big] }, back] })).toBe(
      '(not (state is "returned") and total is at least 50) or state is "returned"',
    );
  });

  it("is told from other values", () => {
    expect([big, { all: [big] }, { not: back }].every(isCondition)).toBe(true);
    expect([{}, { all: [] }, { all: [{ x: 1 }] }, { path: "a" }, "total", null].some(isCondition)).toBe(false);
  });
});
