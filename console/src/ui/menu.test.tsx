import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Menu, nextOf, Tabs } from "./menu";

test("keys go round", () => {
  const keys: [string, string] = ["ArrowUp", "ArrowDown"];
  const go = (at: number, key: string) => nextOf(["a", "b", "c"], at, key, keys);
  expect([go(0, "ArrowDown"), go(2, "ArrowDown"), go(0, "ArrowUp"), go(-1, "ArrowUp")]).toEqual(["b", "a", "c", "c"]);
  expect([go(1, "Home"), go(1, "End"), go(1, "x")]).toEqual(["a", "c", undefined]);
});

test("a menu is opened, walked and closed by keys, and tells nobody behind it", () => {
  const [stop, start, behind] = [vi.fn(), vi.fn(), vi.fn()];
  render(
    // biome-ignore lint/a11y/noStaticElementInteractions: it stands for what has keys of its own.
    <div onKeyDown={behind}>
      <Menu
        trigger={<button type="button">More</button>}
        items={[
          { label: "Stop", act: stop },
          { label: "Never", act: stop, disabled: true },
          { label: "Start", act: start },
        ]}
      />
    </div>,
  );
  fireEvent.click(screen.getByText("More"));
  expect(document.activeElement?.textContent).toBe("Stop");
  fireEvent.keyDown(screen.getByText("Stop"), { key: "ArrowDown" });
  expect(document.activeElement?.textContent).toBe("Start");
  fireEvent.click(screen.getByText("Start"));
  expect(start).toHaveBeenCalledOnce();
  expect(screen.queryByRole("menu")).toBeNull();
  fireEvent.click(screen.getByText("More"));
  fireEvent.keyDown(screen.getByText("Stop"), { key: "Escape" });
  expect(screen.queryByRole("menu")).toBeNull();
  expect(document.activeElement?.textContent).toBe("More");
  expect([stop, behind].every((told) => told.mock.calls.length === 0)).toBe(true);
});

test("tabs are chosen by arrows", () => {
  const choose = vi.fn();
  const tabs = ["a", "b"].map((id) => ({ id, label: id.toUpperCase(), content: <p>{`content ${id}`}</p> }));
  render(<Tabs tabs={tabs} chosen="a" choose={choose} />);
  expect(screen.getByText("content a")).toBeDefined();
  fireEvent.keyDown(screen.getByText("A"), { key: "ArrowLeft" });
  expect(choose).toHaveBeenCalledWith("b");
});
