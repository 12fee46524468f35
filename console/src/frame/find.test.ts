import { expect, test } from "vitest";
import { find, fits } from "./find";

test("a name fits by its beginning, by a word, by a part, by its letters", () => {
  expect(["Orders", "Big orders", "Reorders", "Our drones", "Invoices"].map((name) => fits(name, "ord"))).toEqual([
    4, 3, 2, 1, 0,
  ]);
  expect(fits("Größe", "grö")).toBe(4);
  expect(fits("anything", "  ")).toBe(1);
});

test("the best come first, and equals as they were", () => {
  const entries = ["Reorders", "Big orders", "orders", "x"].map((label) => ({ label, kind: "Workflow", to: "/" }));
  expect(find(entries, "orders").map((entry) => entry.label)).toEqual(["orders", "Big orders", "Reorders"]);
  expect(find(entries, "", 2).map((entry) => entry.label)).toEqual(["Reorders", "Big orders"]);
});
