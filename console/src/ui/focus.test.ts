import { afterAll, afterEach, expect, test, vi } from "vitest";
import { keepFocus } from "./focus";

const PAGE = `<h1>Runs</h1><main><ul><li><button id="a">A</button></li><li><button id="b">B</button></li><li><button id="c">C</button></li></ul>
  <button id="end">End</button></main><aside><button id="close">Close</button></aside>`;

const get = (id: string) => document.getElementById(id) as HTMLElement;
const settled = async () => {
  // Observers of the page are told in a moment of their own.
  await Promise.resolve();
  vi.advanceTimersByTime(300);
};

vi.useFakeTimers();
const end = keepFocus();
afterAll(end);
afterEach(() => history.replaceState(null, "", "/"));

test("the focus goes on nearby when what has it goes", async () => {
  document.body.innerHTML = PAGE;
  get("b").focus();
  get("b").parentElement?.remove();
  await settled();
  expect(document.activeElement).toBe(get("c"));
  get("c").parentElement?.remove();
  await settled();
  expect(document.activeElement).toBe(get("a"));
  get("a").closest("ul")?.remove();
  await settled();
  expect(document.activeElement).toBe(get("end"));
});

test("it stays where somebody put it meanwhile", async () => {
  document.body.innerHTML = PAGE;
  get("close").focus();
  get("close").remove();
  get("a").focus();
  await settled();
  expect(document.activeElement).toBe(get("a"));
});

test("on another page it is at the heading", async () => {
  document.body.innerHTML = PAGE;
  get("b").focus();
  history.replaceState(null, "", "/other");
  document.body.innerHTML = "<h1>Other</h1><button>B</button>";
  await settled();
  expect(document.activeElement?.textContent).toBe("Other");
});
