import { expect, test } from "vitest";
import { exactOf, exactText, parseExactly } from "./exact";

let told = false;
JSON.parse("1", (_: string, value: unknown, written?: { source?: string }) => {
  told = written?.source !== undefined;
  return value;
});

// Older engines do not tell how a number was written; the journey of hostile payloads sees it in a browser.
test.skipIf(!told)("numbers keep the digits that JavaScript does not", () => {
  const text = `{"id":9007199254740993,"list":[1.10,12345678901234567890.5],"e":1e2,"big":1e999,"same":1234567890123456,"f":0.1}`;
  const value = parseExactly(text) as { id: number; list: object };
  expect(value).toMatchObject({ id: 9007199254740992, e: 100, same: 1234567890123456, f: 0.1 });
  expect(["id", "e", "big", "same", "f"].map((key) => exactOf(value, key))).toEqual([
    "9007199254740993",
    undefined,
    "1e999",
    undefined,
    undefined,
  ]);
  expect([0, 1].map((at) => exactOf(value.list, at))).toEqual([undefined, "12345678901234567890.5"]);
  expect(JSON.parse(exactText(value).replaceAll("9007199254740993", '"all"')).id).toBe("all");
  expect(exactText({ a: ["1", 2] })).toBe(JSON.stringify({ a: ["1", 2] }, null, 2));
});

test("other texts are read as always", () => {
  expect(parseExactly('{"a":[1,"12345678901234567890"]}')).toEqual({ a: [1, "12345678901234567890"] });
  expect(() => parseExactly("{")).toThrow(SyntaxError);
});
