import { expect, test } from "vitest";
import { freshInstance } from "./instances";

test("a new conversation takes the first name that no instance has", () => {
  expect(freshInstance([])).toBe("try-1");
  expect(freshInstance(["try-1", "ada", "try-3"])).toBe("try-2");
});
