import { expect, test } from "vitest";
import { copyName, fileKind, missing, named, summary } from "./actions";
import { FIRST } from "./first";

test("a copy has another name, and each digit of the rest", () => {
  const file =
    '{"format":"rookery.workflow/1","name":"A \\"b\\"","needs":{},"options":{"cells":[{"n":1.10,"name":"A"}]}}';
  expect(named(file, 'A "b"', "C")).toBe(file.replace('"A \\"b\\""', '"C"'));
  expect(JSON.parse(named('{"name" : "A"}', "A", "C"))).toEqual({ name: "C" });
});

test("the name of a copy is no longer than a name may be", () => {
  expect(copyName("Orders")).toBe("Orders (copy)");
  expect([...copyName("ß".repeat(200))].length).toBe(200);
});

test("files are known by what they hold", () => {
  expect([{ format: "x" }, { cells: [] }, { agents: [] }, { cells: 1 }, [], null, "a"].map(fileKind)).toEqual([
    "file",
    "canvas",
    "scenario",
    "other",
    "other",
    "other",
    "other",
  ]);
});

test("what the project has is not missing", () => {
  const point = (id: string, url: string | null) => ({ project_id: "p", client_stage_id: id, tasks_url: url });
  const needs = { credentials: ["a", "b"], agents: ["c"], entry_points: [point("d", null), point("e", "https://x")] };
  expect(missing(needs, { credentials: ["a"], agents: ["c"], entry_points: [] })).toEqual({
    credentials: ["b"],
    agents: [],
    entry_points: [point("d", null)],
  });
});

test("a workflow is summed up over its agents", () => {
  const agent = (kind: "trigger" | "action", emitted: number, errors: number, last_event_at: string | null) => ({
    kind,
    counts: { received: 0, emitted, errors, checks: 0 },
    last_event_at,
  });
  const at = "2026-01-01T00:00:00.000Z";
  expect(summary([agent("trigger", 3, 0, at), agent("action", 4, 1, null)])).toEqual({
    agents: 2,
    cameIn: 3,
    emitted: 7,
    errors: 1,
    lastEvent: at,
  });
});

test("the first workflow links cells that are there", () => {
  const ids = FIRST.cells.map((cell) => cell.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const cell of FIRST.cells) {
    if (cell.type === "link") expect(ids).toEqual(expect.arrayContaining([cell.source.id, cell.target.id]));
  }
});
