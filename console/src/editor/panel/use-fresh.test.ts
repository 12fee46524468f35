import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Traffic } from "./data";
import type { StoredEvent } from "./events-of";
import { useFresh } from "./fresh";

const place = { project: "p", workflow: "w", cell: "b" };
const cells = [
  { id: "a", type: "agent" },
  { id: "b", type: "agent" },
  { id: "ab", type: "link", source: { id: "a" }, target: { id: "b" } },
];

function follow(incoming: StoredEvent[]) {
  const queries = new QueryClient();
  const traffic: Traffic = { incoming, outgoing: [], loading: false, refresh: vi.fn() };
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(QueryClientProvider, { client: queries }, children);
  const { result } = renderHook(() => useFresh(place, cells, traffic), { wrapper });
  const events = [{ id: "new", cell_id: "a", groups: ["on_receive"] }];
  act(() => void queries.setQueryData(["editor", "changes", "p", "w"], { events }));
  return { traffic, fresh: () => result.current };
}

afterEach(cleanup);

test("a list that has events stays as it is until somebody asks for what is new", () => {
  const { traffic, fresh } = follow([{ id: "old" } as StoredEvent]);
  expect(fresh().incoming).toBe(1);
  expect(traffic.refresh).not.toHaveBeenCalled();
  act(() => fresh().show());
  expect(traffic.refresh).toHaveBeenCalledTimes(1);
  expect(fresh().incoming).toBe(0);
});

test("the first events of a list are shown as they come", () => {
  const { traffic, fresh } = follow([]);
  expect(traffic.refresh).toHaveBeenCalledTimes(1);
  expect(fresh().incoming).toBe(0);
});
