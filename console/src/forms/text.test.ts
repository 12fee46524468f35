import { expect, test } from "vitest";
import { saysNothing } from "./text";

test("a help that only says the label again is known", () => {
  expect(saysNothing("The method.", "Method")).toBe(true);
  expect(saysNothing("The method of the call.", "Method")).toBe(false);
  expect(saysNothing(undefined, "Method")).toBe(false);
});
