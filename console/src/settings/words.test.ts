import { expect, test } from "vitest";
import { goes, hostsOf } from "./words";

test("what goes is named and counted", () => {
  const of = (...counts: number[]) => goes(counts.map((count) => ({ count, more: count === 200 })));
  expect(of(3, 1, 0, 2)).toBe("3 workflows, 1 persistent agent and 2 API keys");
  expect(of(200, 0, 0, 0)).toBe("more than 200 workflows");
  expect(of(0, 0, 0, 0)).toBe("its settings");
});

test("hosts are written as one likes", () => {
  expect(hostsOf(" a.example,  *.b.example\nc:8443 ")).toEqual(["a.example", "*.b.example", "c:8443"]);
  expect(hostsOf("  ")).toEqual([]);
});
