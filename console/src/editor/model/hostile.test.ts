// Cells, names and texts that nobody would draw by hand.
import { describe, expect, it } from "vitest";
import { whyNotPasted } from "../editing/commands";
import { keysOf } from "./cells";
import { paste } from "./clipboard";
import { diff } from "./diff";
import { wellFormed } from "./json";

describe("hostile canvases", () => {
  it("have a key for each cell, though ids look like places", () => {
    const cells = [{ id: "a" }, { id: "a" }, { id: "#1" }, {}, { id: "#3" }, { id: "##1" }];
    const keys = keysOf(cells);
    expect(new Set(keys).size).toBe(cells.length);
    expect([keys[0], keys[2], keys[4], keys[5]]).toEqual(["a", "#1", "#3", "##1"]);
  });

  it("are pasted with ids and names of their own", () => {
    const cell = (id: string) => ({ id, type: "agent", agent_type: "manual", name: "n" });
    const link = { id: "a", type: "link", source: { id: "a" }, target: { id: "b" } };
    const { cells, keys } = paste([cell("a")], [cell("a"), cell("b"), cell("b"), link]);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(5);
    expect(cells.slice(0, 4).map(({ name }) => name)).toEqual(["n", "n 2", "n 3", "n 4"]);
    expect(cells[4]).toMatchObject({ source: { id: keys[0] }, target: { id: "b" } });
  });

  it("are told why they are not put", () => {
    expect(whyNotPasted('{"nodes":[]}')).toContain("no cells");
    expect(whyNotPasted(JSON.stringify(Array(2001).fill({ type: "x" })))).toContain("2,001");
  });

  it("are saved without halves of characters, and else as they are", () => {
    const whole = String.raw`"\ud83d\ude00 \\ud800 \u00e9 \"" 1.10`;
    expect(wellFormed(whole)).toBe(whole);
    expect(wellFormed(String.raw`"\ud800x\udc00\ud83d\ude00\uD83D"`)).toBe(
      String.raw`"\ufffdx\ufffd\ud83d\ude00\ufffd"`,
    );
  });

  it("are compared by what they themselves have", () => {
    const [before, after] = ['{"id":"a"}', '{"id":"a","__proto__":1,"constructor":2}'].map((text) => [
      JSON.parse(text),
    ]);
    expect(diff(before ?? [], after ?? [])[0]?.fields).toEqual([
      { field: "__proto__", before: undefined, after: 1 },
      { field: "constructor", before: undefined, after: 2 },
    ]);
  });
});
