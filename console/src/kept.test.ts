import { afterEach, expect, test, vi } from "vitest";
import { keep, kept } from "./kept";

afterEach(() => vi.unstubAllGlobals());

test("what is kept is there after the page", () => {
  expect(kept("kept")).toBeUndefined();
  keep("kept", "a");
  expect([kept("kept"), localStorage.getItem("kept")]).toEqual(["a", "a"]);
});

test("where the browser keeps nothing, it holds as long as the page", () => {
  vi.stubGlobal("localStorage", undefined);
  expect(kept("held")).toBeUndefined();
  keep("held", "a");
  expect(kept("held")).toBe("a");
});
