import { expect, test } from "vitest";
import { fileKind, missing, summary, tagsOf } from "./actions";
import { FIRST } from "./first";

test("tags are written with commas between them", () => {
  expect(tagsOf(" shop , every day,, ")).toEqual(["shop", "every day"]);
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
