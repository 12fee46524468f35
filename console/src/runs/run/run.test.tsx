import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import RunPage from "./run";

const HOSTILE = "<img src=x onerror=alert(1)>";

vi.mock("../../api/client", async () => {
  const { whole } = await import("../model/fixture");
  const cells = [
    { id: "in", type: "agent", name: "The beginning" },
    { id: "b", type: "agent", name: "<img src=x onerror=alert(1)>" },
  ];
  const answers: Record<string, unknown> = {
    "runs/{run}": { data: whole()[0], meta: { truncated: false, next_cursor: null } },
    "versions/{version}": { data: { version: 3, options: { cells } } },
    "workflows/{workflow}": { data: { name: "Orders", version: 4, built_version: 4, options: { cells } } },
  };
  return {
    api: { GET: (path: string) => path },
    call: async (path: string) => answers[path.split("/").slice(-2).join("/")] ?? Promise.reject(new Error(path)),
  };
});

function show(path: string) {
  // No key is needed: the server knows no sessions.
  vi.stubGlobal("fetch", async () => new Response("{}", { status: 404 }));
  const { hook, searchHook, history } = memoryLocation({ path, record: true });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queries}>
      <Router hook={hook} searchHook={searchHook}>
        <RunPage project="p" params={{ workflow: "w", run: "r" }} />
      </Router>
    </QueryClientProvider>,
  );
  return history;
}

beforeEach(() => {
  // jsdom lays nothing out: a list in view has some height.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("a failed run opens at its failure, with what to do, and names are text", async () => {
  show("/runs/r?graph=off");
  expect(await screen.findByText("dns_failed")).toBeTruthy();
  expect((await screen.findAllByText(HOSTILE)).length).toBeGreaterThan(0);
  expect(document.querySelector("img")).toBeNull();
  expect(await screen.findByText(/v\d was built since/)).toBeTruthy();
});

test("rows are chosen by keys, and the address says which", async () => {
  const history = show("/runs/r?graph=off");
  fireEvent.keyDown(await screen.findByRole("tree", { name: "Steps" }), { key: "Home" });
  expect((await screen.findAllByText("The beginning")).length).toBeGreaterThan(1);
  expect(history.at(-1)).toContain("step=e0");
});

test("the same steps are shown by time", async () => {
  show("/runs/r?graph=off&view=timeline");
  expect((await screen.findAllByRole("option")).length).toBe(4);
});
