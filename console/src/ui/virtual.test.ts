import { expect, test } from "vitest";
import { inView, reveals } from "./virtual";

test("only what is in view is drawn, with some rows around", () => {
  expect(inView(10_000, 30, 3000, 600)).toEqual([92, 128]);
  expect(inView(3, 30, 0, 600)).toEqual([0, 3]);
  expect(inView(3, 30, 9000, 600)).toEqual([3, 3]);
});

test("a row is brought into view the short way, or not at all", () => {
  expect(reveals(10, 30, 0, 600)).toBeUndefined();
  expect(reveals(2, 30, 300, 600)).toBe(60);
  expect(reveals(30, 30, 0, 600)).toBe(330);
});
