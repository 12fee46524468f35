import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { templatePath } from "../ui/paths";
import { freshName, moved, withKey, withName } from "./change";
import { lookedAt, NEW_ROW, readNode, withOperator, withPath, writeGroup } from "./condition";
import { percent, sharesOf } from "./controls/shares";
import { readNumber } from "./controls/simple";
import { asKind, readLines } from "./controls/typed";
import { readJson } from "./json";
import { pathsOf, plainPath, sample, valueAt } from "./paths";
import { readSchedule, writeSchedule } from "./schedule";
import { readRows, writeRows } from "./schema-rows";
import { firstSentence } from "./text";

describe("changes", () => {
  test("keep the order of keys, and all that is not named", () => {
    const object = { b: 1, a: 2, c: 3 };
    expect(Object.entries(withKey(object, "a", 7))).toEqual([
      ["b", 1],
      ["a", 7],
      ["c", 3],
    ]);
    expect(withKey(object, "a", undefined)).toEqual({ b: 1, c: 3 });
    expect(Object.keys(withName(object, "a", "z"))).toEqual(["b", "z", "c"]);
    expect(withName(object, "a", "c")).toBe(object);
    expect([moved([1, 2, 3], 0, 1), moved([1, 2, 3], 0, -1)]).toEqual([
      [2, 1, 3],
      [1, 2, 3],
    ]);
    expect(freshName({ name: 1, name_2: 1 }, "name")).toBe("name_3");
  });
});

describe("paths", () => {
  const payload = { order: { total: 250, "unit price": 2 }, items: [{ id: 1 }], now: 1, "a-b": 2 };
  test("are found with a sample, and written as conditions and templates write them", () => {
    const found = pathsOf(payload);
    expect(found.map(({ keys }) => plainPath(keys))).toEqual([
      "order",
      "items",
      "now",
      "a-b",
      "order.total",
      'order["unit price"]',
      "items[0]",
      "items[0].id",
    ]);
    expect(found.map(({ keys }) => templatePath(keys))).toEqual([
      "order",
      "items",
      "payload.now",
      'payload["a-b"]',
      "order.total",
      'order["unit price"]',
      "items[0]",
      "items[0].id",
    ]);
  });
  test("lead back to the value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        for (const { keys, value: found } of pathsOf(value)) {
          // An empty key has no path without quotes, and pathOf quotes it.
          expect(valueAt(value, plainPath(keys))).toEqual(found);
        }
      }),
    );
  });
  test("of a large payload are bounded", () => {
    const large = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, { a: "x".repeat(50) }]));
    expect(pathsOf(large)).toHaveLength(400);
    expect(sample("x".repeat(500)).length).toBeLessThan(60);
  });
});

describe("conditions", () => {
  test("are rows and groups; anything else stays JSON", () => {
    expect(readNode({ path: "a", op: "eq", value: 1 }).kind).toBe("row");
    expect(readNode({ all: [] })).toEqual({ kind: "group", group: "all", items: [] });
    expect(readNode({ not: { path: "a", operator: "exists" } })).toMatchObject({ group: "not" });
    for (const odd of [{ all: [], any: [] }, { path: "a", more: 1 }, [1], "x", { not: 1 }]) {
      expect(readNode(odd).kind).toBe("other");
    }
    expect(writeGroup("not", [1, 2])).toEqual({ not: { all: [1, 2] } });
  });
  test("keep their value where the new operator can take it", () => {
    const row = { path: "a", op: "eq", value: 7 };
    expect(withOperator(row, "exists", undefined)).toEqual({ path: "a", op: "exists" });
    expect(withOperator(row, "in", undefined)).toEqual({ path: "a", op: "in", value: [7] });
    expect(withOperator({ path: "a", operator: "in", value: [7] }, "gte", 1)).toEqual({
      path: "a",
      operator: "gte",
      value: 7,
    });
    expect(withOperator({ path: "a", operator: "exists" }, "eq", true)).toEqual({
      path: "a",
      operator: "eq",
      value: true,
    });
    expect(withPath(NEW_ROW, "total", 250)).toEqual({ path: "total", operator: "eq", value: 0 });
  });
  test("begin as a whole row, with a number where more and less is asked", () => {
    expect(readNode(undefined)).toEqual({ kind: "row", row: NEW_ROW });
    expect(withOperator(NEW_ROW, "gte", undefined).value).toBe(0);
    expect(withOperator(NEW_ROW, "gte", "2026-01-01").value).toBe("");
    expect(withOperator({ ...NEW_ROW, value: "2026" }, "gte", 7).value).toBe("2026");
  });
});

test("a condition tells what it looked at", () => {
  const condition = {
    all: [
      { path: "total", operator: "gte", value: 100 },
      { not: { any: [{ path: "to.name", op: "exists" }, { path: "total" }] } },
    ],
  };
  expect(lookedAt(condition, { total: 50 })).toEqual([
    { path: "total", value: 50 },
    { path: "to.name", value: undefined },
  ]);
  expect(lookedAt(undefined, {})).toEqual([]);
});

test("schedules are read as people think of them, and written back the same", () => {
  for (const text of [
    "every_5m",
    "every_1h",
    "TZ=Europe/Berlin 0 9 * * 1-5",
    "30 9 * * *",
    "15 22 * * 0,6",
    "midnight",
    "*/5 * * * *",
    "61 9 * * *",
    "0 9 1 * *",
  ]) {
    expect(writeSchedule(readSchedule(text))).toBe(text);
  }
  expect(readSchedule("0 9 * * 7")).toEqual({ kind: "at", time: "09:00", days: [0], zone: "" });
  expect([readSchedule("every 90s").kind, readSchedule("9am").kind]).toEqual(["every", "written"]);
});

test("shares of weights", () => {
  expect(sharesOf([{ name: "a", weight: 9 }, { name: "b" }]).map(percent)).toEqual(["90 %", "10 %"]);
  expect(sharesOf([{ weight: 999 }, { weight: 1 }, { weight: "x" }, 7]).map(percent)).toEqual([
    "100 %",
    "0.1 %",
    "—",
    "—",
  ]);
});

test("numbers and JSON say what is wrong with them", () => {
  expect(readNumber("", { whole: true })).toEqual({});
  expect(readNumber("1.5", { whole: true }).problem).toBe("Give a whole number.");
  expect(readNumber("99", { whole: true, least: 1, most: 30 })).toEqual({ value: 99, problem: "Give at most 30." });
  expect(readJson('{"a": [1,\n2,]}')).toEqual({ problem: expect.stringMatching(/^Line 2: /) });
  expect(firstSentence("The times: one of `a`. More.")).toEqual({ first: "The times: one of `a`.", rest: "More." });
  expect(firstSentence(`Names: ${"`name`, ".repeat(40)}and more`).first).toMatch(/`name` …$/);
});

test("values change their type where they can be read so", () => {
  expect([asKind("7", "number"), asKind("x", "number"), asKind(7, "text"), asKind({}, "text")]).toEqual([
    7,
    0,
    "7",
    "",
  ]);
  expect([readLines("a\nb", false), readLines("1\n2\n", true), readLines("1\nx", true)]).toEqual([
    ["a", "b"],
    [1, 2],
    ["1", "x"],
  ]);
});

test("schemas of plain objects are rows, and others stay JSON", () => {
  const schema = {
    type: "object",
    properties: { seconds: { type: "number", description: "How long." }, any: {} },
    required: ["seconds"],
  };
  expect(writeRows(readRows(schema) ?? [])).toEqual(schema);
  expect([readRows(undefined), writeRows([])]).toEqual([[], undefined]);
  for (const odd of [true, { type: "string" }, { ...schema, $defs: {} }, { ...schema, required: ["x"] }]) {
    expect(readRows(odd)).toBeUndefined();
  }
  expect(readRows({ type: "object", properties: { a: { type: "number", minimum: 0 } } })).toBeUndefined();
});
