import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { change, keysOf, readOptions, textAt, textOf, writeOptions } from "./cells";
import { patched } from "./json";
import { canvas } from "./samples";

describe("open and save", () => {
  it("changes nothing", () => {
    fc.assert(
      fc.property(canvas, (text) => {
        const options = readOptions(text);
        expect(writeOptions(options, options.cells)).toBe(text);
        // The same cells in a new list are written one by one.
        expect(writeOptions(options, [...options.cells])).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the bytes of cells that did not change, where others did", () => {
    fc.assert(
      fc.property(canvas, fc.nat(), (text, pick) => {
        const options = readOptions(text);
        const at = pick % Math.max(1, options.cells.length);
        const cell = options.cells[at];
        if (!cell) return;
        const cells = options.cells.with(at, change(cell, { name: "changed", disabled: true }));
        const saved = readOptions(writeOptions(options, cells));
        expect(saved.cells).toEqual(cells);
        saved.cells.forEach((each, place) => {
          if (place !== at) expect(textOf(each)).toBe(textOf(options.cells[place] ?? {}));
        });
      }),
    );
  });

  it("adds a list of cells to options that have none", () => {
    const options = readOptions(`{"theme": 1.0}`);
    const saved = writeOptions(options, [{ id: "a", type: "note" }]);
    expect(saved).toContain('"theme": 1.0');
    expect(JSON.parse(saved)).toEqual({ theme: 1, cells: [{ id: "a", type: "note" }] });
    expect(writeOptions(readOptions("{}"), [])).toBe("{}");
  });
});

describe("patched", () => {
  it("gives the value that was asked for", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.constantFrom(undefined, 2), (before, after, indent) => {
        expect(JSON.parse(patched(JSON.stringify(before, null, indent), before, after))).toEqual(
          JSON.parse(JSON.stringify(after)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("keeps numbers that JavaScript cannot hold, and the spaces around", () => {
    const text =
      '{ "id": "a", "config": {"big": 12345678901234567890, "list": [1.0, 2.50, 3], "gone": 1 },  "z": 1e3 }';
    const before = JSON.parse(text);
    const after = { ...before, config: { big: before.config.big, list: [1, 2.5, 4], more: true } };
    expect(patched(text, before, after)).toBe(
      '{ "id": "a", "config": {"big": 12345678901234567890, "list": [1.0, 2.50, 4], "more": true },  "z": 1e3 }',
    );
  });
});

describe("keys", () => {
  it("tell cells apart that have the same id or none", () => {
    expect(keysOf([{ id: "a" }, { id: "a" }, {}, { id: "" }])).toEqual(["a", "#1", "#2", "#3"]);
  });
});

it("finds a value's text in an answer", () => {
  expect(textAt('{"status":"ok", "data": {"options": { "cells" : [1.0] } , "x":1}}', "data", "options")).toBe(
    '{ "cells" : [1.0] }',
  );
});
