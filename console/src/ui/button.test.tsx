import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Button } from "./button";

test("two clicks in a row do it once, and send a form once", () => {
  const [act, send] = [vi.fn(), vi.fn((event) => event.preventDefault())];
  render(
    <form onSubmit={send}>
      <Button onClick={act}>Act</Button>
      <Button type="submit">Send</Button>
    </form>,
  );
  for (const name of ["Act", "Send"]) {
    fireEvent.click(screen.getByText(name), { detail: 1 });
    fireEvent.click(screen.getByText(name), { detail: 2 });
    fireEvent.click(screen.getByText(name), { detail: 0 });
  }
  expect([act.mock.calls.length, send.mock.calls.length]).toEqual([1, 1]);
});
