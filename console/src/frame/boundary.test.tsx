import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Boundary } from "./boundary";

function Broken({ message }: { message: string }): never {
  throw new Error(message);
}

test("a page that breaks says so, and another one is shown again", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { rerender } = render(
    <Boundary at="/a">
      <Broken message="No such thing" />
    </Boundary>,
  );
  expect(screen.getByText("This page broke.")).toBeDefined();
  expect(screen.getByText("No such thing")).toBeDefined();
  rerender(
    <Boundary at="/b">
      <p>Fine</p>
    </Boundary>,
  );
  expect(screen.getByText("Fine")).toBeDefined();
});

test("a part of an older build is asked for anew", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  render(
    <Boundary at="/a">
      <Broken message="Failed to fetch dynamically imported module: /console/assets/x.js" />
    </Boundary>,
  );
  expect(screen.getByText("This part could not be loaded.")).toBeDefined();
});
