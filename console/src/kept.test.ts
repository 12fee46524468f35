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

test("where the browser has no room for what is new, it holds instead of the old", () => {
  keep("full", "a");
  const { getItem } = localStorage;
  const setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  vi.stubGlobal("localStorage", { getItem: getItem.bind(localStorage), setItem });
  keep("full", "b");
  expect(kept("full")).toBe("b");
});
