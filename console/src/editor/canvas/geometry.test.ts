import { describe, expect, it } from "vitest";
import { handlesOf, heightOf } from "./geometry";

describe("a node's size", () => {
  it("follows from its ports and its lines of figures", () => {
    expect(heightOf(0, 0)).toBe(72);
    expect(heightOf(1, 2)).toBe(86);
    expect(heightOf(4, 2)).toBe(126);
    expect(heightOf(5, 0)).toBe(124);
  });

  it("has ports at its edges, the last one just above its foot", () => {
    const handles = handlesOf(["on_match", "on_error"], heightOf(2, 0));
    expect(handles.map(({ id, x, y }) => [id, x + 4.5, y + 4.5])).toEqual([
      ["in", 0, 24],
      ["*", 208, 24],
      ["on_match", 208, 57],
      ["on_error", 208, 75],
    ]);
  });
});
