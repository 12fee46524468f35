import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/error";
import type { Schemas } from "../api/types";
import { usePulses } from "./live";
import type { Cells } from "./model/cells";
import type { EditorStore } from "./store";

const answers = vi.hoisted(() => [] as unknown[]);
vi.mock("../api/client", () => ({
  api: { GET: () => undefined },
  call: async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return { data: structuredClone(answer), meta: { next_cursor: "c" } };
  },
}));

const CELLS: Cells = [
  { id: "a", type: "agent", agent_type: "webhook" },
  { id: "b", type: "agent", agent_type: "condition" },
  { id: "ab", type: "link", source: { id: "a" }, target: { id: "b" } },
];
const EVENT = { id: "e", cell_id: "a", groups: ["on_receive"], hop: 0 } as Schemas["Change"];
const answer = (events: Schemas["Change"][]) => ({ version: 1, built_version: 0, state: "new", events });

let queries: QueryClient;
beforeEach(() => {
  vi.useFakeTimers();
  queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
});
afterEach(() => {
  cleanup();
  queries.clear();
  vi.useRealTimers();
});

async function follow(...given: unknown[]) {
  answers.splice(0, answers.length, ...given);
  const store = { sawVersion: vi.fn(), sawState: vi.fn(), sawGone: vi.fn() };
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(QueryClientProvider, { client: queries }, children);
  const hook = renderHook(({ built }) => usePulses("p", "w", store as unknown as EditorStore, built), {
    initialProps: { built: CELLS },
    wrapper,
  });
  await pass(0);
  return { store, ...hook };
}
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("what an answer said is told once, and its events pulse once, though another version is built since", async () => {
  const { store, result, rerender } = await follow(answer([EVENT]));
  await pass(500);
  expect([...result.current]).toEqual([["ab", 1]]);
  rerender({ built: [...CELLS] });
  await pass(500);
  expect([...result.current]).toEqual([["ab", 1]]);
  expect(store.sawState).toHaveBeenCalledTimes(1);
});

test("a workflow that is there again is told of, though nothing of it changed", async () => {
  const { store } = await follow(answer([]), new ApiError(404, { type: "not_found", message: "" }), answer([]));
  await pass(3000);
  expect(store.sawGone).toHaveBeenCalledTimes(1);
  await act(() => queries.refetchQueries({ queryKey: ["editor", "changes"] }));
  await pass(0);
  expect(store.sawVersion).toHaveBeenCalledTimes(2);
});

test("counts are read again when an event came, and for some rounds after it", async () => {
  const read = vi.spyOn(queries, "invalidateQueries");
  await follow(answer([EVENT]), answer([]));
  const counts = () => read.mock.calls.filter(([filters]) => filters?.queryKey?.[1] === "agents").length;
  expect(counts()).toBe(1);
  await pass(60_000);
  expect(counts()).toBe(2);
  expect(read.mock.calls.some(([filters]) => filters?.queryKey?.[0] === "agent_events")).toBe(false);
});
