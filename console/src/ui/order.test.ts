import { expect, it } from "vitest";
import { inOrder } from "./order";

it("names stand in the order in which people look for them", () => {
  const named = ["orders 10", "Bank", "orders 2", "Äpfel"].map((name) => ({ name }));
  expect(inOrder(named).map(({ name }) => name)).toEqual(["Äpfel", "Bank", "orders 2", "orders 10"]);
});
