import { expect, test } from "vitest";
import { pathOf } from "./paths";
import { changes, cutOf } from "./payload-text";

test("paths are those of templates", () => {
  expect(pathOf(pathOf("", "a"), "b")).toBe("a.b");
  expect(pathOf(pathOf("a", 0), "unit price")).toBe('a[0]["unit price"]');
});

test("what changed is told by path", () => {
  expect([...changes({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] }, d: null })]).toEqual(["b.c[1]", "d"]);
  expect([...changes({ a: 1 }, { a: 1 })]).toEqual([]);
  expect([...changes([1], { a: 1 })]).toEqual([""]);
});

test("texts are cut where that is worth it, and between characters", () => {
  expect(cutOf("x".repeat(400))).toBeUndefined();
  expect(cutOf("x".repeat(401))).toHaveLength(300);
  expect(cutOf(`${"x".repeat(299)}🪺${"y".repeat(200)}`)).toBe("x".repeat(299));
});
