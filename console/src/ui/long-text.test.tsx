import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { LongText, partOf } from "./long-text";

test("the beginning or the end is shown, and no character is cut in two", () => {
  expect(partOf("abc", 3)).toBe("abc");
  expect([partOf("ab😀", 3), partOf("😀ab", 3, true)]).toEqual(["ab", "ab"]);
});

test("of a long text, more is shown when asked for", () => {
  render(<LongText text={"x".repeat(150_000)}>{(shown) => <pre>{shown}</pre>}</LongText>);
  const length = () => document.querySelector("pre")?.textContent?.length;
  expect(length()).toBe(20_000);
  fireEvent.click(screen.getByRole("button", { name: "Show more of 150,000 characters" }));
  expect(length()).toBe(150_000);
  expect(screen.queryByRole("button")).toBeNull();
});
