import { expect, it } from "vitest";
import { shortlyBoth } from "./changes-list";

it("values are told shortly, with what differs in sight", () => {
  const big = { path: "total", operator: "gte", value: 50 };
  expect(shortlyBoth({ a: 1 }, big)).toEqual(['{"a":1}', "total is at least 50"]);
  const alike = "The same words at the beginning. ".repeat(20);
  const [old, now] = shortlyBoth(`${alike}one`, `${alike}two`);
  expect([old, now]).toEqual(
    ["… at the beginning. one", "… at the beginning. two"].map((text) => expect.stringContaining(text.slice(2))),
  );
  expect(old.length).toBeLessThan(60);
});
