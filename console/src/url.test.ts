import { act, renderHook } from "@testing-library/react";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromSegment, href, toSegment, useFilter } from "./url";

test("any text is one segment of an address, and comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const segment = toSegment(text);
      expect(segment).toMatch(/^[\w!'()*~.-]*$/);
      expect(fromSegment(decodeURI(segment))).toBe(text);
    }),
  );
  for (const text of [".", "..", "a/b", "a%2Fb", "~", "%", "50 % off?", "#1"]) {
    expect(new URL(`/x/${toSegment(text)}/y`, "http://h").pathname).toBe(`/x/${toSegment(text)}/y`);
    expect(fromSegment(toSegment(text))).toBe(text);
  }
});

test("what is not there is left out of the query", () => {
  expect(href("/a", { b: 1, c: undefined, d: "x y" })).toBe("/a?b=1&d=x+y");
});

test("another filter begins at the first page, without what was filtered within the one before", () => {
  window.history.replaceState(null, "", "/runs?workflow=a&agent=b&state=failed&cursor=c");
  const { result } = renderHook(() => useFilter("workflow", ["agent", "version"]));
  act(() => result.current[1]("d"));
  expect(window.location.search).toBe("?workflow=d&state=failed");
});
