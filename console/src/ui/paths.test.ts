import fc from "fast-check";
import { expect, test } from "vitest";
import { keysOf, pathOf, templatePath } from "./paths";

test("a path leads back to its keys, whatever they are", () => {
  // A bare name of digits is a key of its own, and never stands without quotes.
  const key = fc.oneof(
    fc.string(),
    fc.nat({ max: 9 }),
    fc.constantFrom('a"b', "a\\b", "a.b", "[0]", "a\nb", "", "__proto__"),
  );
  fc.assert(
    fc.property(fc.array(key, { minLength: 1 }), (keys) => {
      const path = keys.reduce<string>((parent, each) => pathOf(parent, each), "");
      expect(keysOf(path)).toEqual(keys);
    }),
  );
});

test("templates name what they mean", () => {
  expect([["event"], ["order", "event"], ["a-b"], [0, "x"], ["a\\b"]].map(templatePath)).toEqual([
    "payload.event",
    "order.event",
    'payload["a-b"]',
    "payload[0].x",
    'payload["a\\b"]',
  ]);
  expect([['a"b'], ["a'b"], ["a", "b.c"], [`a"b'c`]].map(templatePath)).toEqual([
    `payload['a"b']`,
    `payload["a'b"]`,
    'a["b.c"]',
    undefined,
  ]);
});
