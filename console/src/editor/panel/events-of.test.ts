import { expect, test } from "vitest";
import { beginningsOf, gistOf, madeOf, newestFirst, type StoredEvent, sourcesOf } from "./events-of";

const link = (source: string, target: string, group_id?: string) => ({
  id: source + target + group_id,
  type: "link",
  source: { id: source },
  target: { id: target },
  group_id,
});
const event = (id: string, created_at: string, cause?: string): StoredEvent => ({
  id,
  run_id: "r",
  version: 1,
  cell_id: "a",
  groups: [],
  created_at,
  hop: 0,
  cause: cause ? { event: cause } : undefined,
});

test("what leads to an agent is found by its links", () => {
  const cells = [
    link("a", "x", "on_match"),
    link("a", "x", "on_error"),
    link("b", "x"),
    link("b", "x", "on_error"),
    link("x", "y"),
  ];
  expect(sourcesOf(cells, "x")).toEqual([
    { cell: "a", group: "on_match" },
    { cell: "a", group: "on_error" },
    { cell: "b" },
  ]);
  expect(sourcesOf(cells, "a")).toEqual([]);
});

test("events are newest first, once each, and lead to what came of them", () => {
  const [one, two] = [event("1", "2026-01-01T00:00:00Z"), event("2", "2026-01-02T00:00:00Z")];
  expect(newestFirst([[one], [two, one]]).map(({ id }) => id)).toEqual(["2", "1"]);
  expect(madeOf(one, [event("3", "", "1"), event("4", "", "2")]).map(({ id }) => id)).toEqual(["3"]);
  expect([{ payload: { a: 1 } }, { payload_omitted: true }, {}].map(gistOf)).toEqual(["a: 1", "a large payload", "—"]);
});

test("where a flow begins is found through all that lies between, and through circles", () => {
  const cells = [link("hook", "if", "on_receive"), link("if", "x", "on_match"), link("clock", "x"), link("x", "if")];
  expect(beginningsOf(cells, "x")).toEqual(["clock", "hook"]);
  expect(beginningsOf(cells, "hook")).toEqual([]);
});
