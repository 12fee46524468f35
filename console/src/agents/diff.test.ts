import fc from "fast-check";
import { expect, test } from "vitest";
import { diff, shorten } from "./diff";

test("lines are taken out and put in where they differ", () => {
  const shown = diff("a\nb\nc\nd", "a\nx\nc\nd\ne").map((line) => `${line.kind} ${line.text}`);
  expect(shown).toEqual(["same a", "old b", "new x", "same c", "same d", "new e"]);
  expect(diff("a", "a").every((line) => line.kind === "same")).toBe(true);
});

test("both texts can be read from what differs", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 12 })
    .map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diff(before, after);
      const without = (kind: string) =>
        lines
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join("\n");
      expect(without("new")).toBe(before);
      expect(without("old")).toBe(after);
    }),
  );
});

test("what is the same is left out, and counted", () => {
  const text = (middle: string) => ["1", "2", "3", "4", "5", middle, "6", "7", "8"].join("\n");
  const shown = shorten(diff(text("x"), text("y")), 1);
  expect(shown.map((line) => ("gap" in line ? line.gap : line.text))).toEqual([4, "5", "x", "y", "6", 2]);
});
