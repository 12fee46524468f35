import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Payload } from "./payload";

afterEach(cleanup);

const lines = () => screen.getAllByRole("treeitem");
const stops = () => lines().filter((line) => line.tabIndex === 0);
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
const focused = () => document.activeElement?.getAttribute("aria-label");

test("a payload is one stop of the Tab key, and arrows move in it", () => {
  Element.prototype.scrollIntoView = vi.fn();
  render(<Payload value={{ order: { id: "A-1", lines: [1, 2] }, note: "" }} />);
  expect(lines().map((line) => line.getAttribute("aria-label"))).toEqual([
    "2 fields",
    "order: 2 fields",
    "id: A-1",
    "lines: 2 elements",
    "0: 1",
    "1: 2",
    "note: an empty text",
  ]);
  expect(stops()).toHaveLength(1);
  stops()[0]?.focus();
  press("ArrowDown");
  press("ArrowDown");
  press("ArrowDown");
  expect(focused()).toBe("lines: 2 elements");
  press("ArrowRight");
  expect(focused()).toBe("0: 1");
  press("ArrowLeft");
  press("ArrowLeft");
  expect(lines()).toHaveLength(5);
  press("ArrowRight");
  expect(lines()).toHaveLength(7);
  press("Enter");
  expect(lines()).toHaveLength(5);
  press("ArrowLeft");
  expect(focused()).toBe("order: 2 fields");
  press("End");
  expect(focused()).toBe("note: an empty text");
  expect(stops().map((line) => line.getAttribute("aria-label"))).toEqual(["note: an empty text"]);
});

test("keys copy the value and the path", async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  render(<Payload value={{ order: { id: "A-1" } }} />);
  screen.getByLabelText("id: A-1").focus();
  press("c");
  press("p");
  expect(writeText.mock.calls).toEqual([["A-1"], ["{{ order.id }}"]]);
  await waitFor(() => expect(screen.getByRole("status").textContent).toBe("The path is copied."));
  vi.unstubAllGlobals();
});

test("another payload has a stop, too, where the old one's line is gone", () => {
  const { rerender } = render(<Payload value={{ a: 1, b: 2 }} />);
  screen.getByLabelText("b: 2").focus();
  rerender(<Payload value={{ a: 1 }} />);
  expect(stops()).toHaveLength(1);
});
