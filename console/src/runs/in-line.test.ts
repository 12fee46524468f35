import { expect, test } from "vitest";
import { inLine } from "./in-line";

test("a payload is told in one line", () => {
  const order = { total: 250, customer: { name: "Ada" }, tags: ["a", 1, null] };
  expect(inLine(order)).toBe('total: 250, customer: {name: "Ada"}, tags: ["a", 1, null]');
  expect(inLine("hello\nworld")).toBe('"hello\\nworld"');
  expect([[1, [2], {}], {}, null, false, 0].map(inLine)).toEqual(["[1, [2], {}]", "{}", "null", "false", "0"]);
});

test("a large payload is read only as far as it is shown", () => {
  let read = 0;
  const item = {
    get value() {
      read += 1;
      return "x".repeat(1000);
    },
  };
  const line = inLine({ items: Array.from({ length: 1000 }, () => item) });
  expect([line.length, line.endsWith("…"), read]).toEqual([201, true, 1]);
});
