import { expect, test } from "vitest";
import { event, part, work } from "../runs/model/fixture";
import { treeOf } from "../runs/model/steps";
import type { FailureRow } from "../runs/reads";
import { choose, groupsOf } from "./groups";
import { becameOf, mendedFor, replayMany, runAgainOf } from "./replay";

const failure = (id: string, more: Partial<FailureRow> = {}) => {
  const base = {
    workflow_id: "w",
    workflow_name: "W",
    run_id: "r",
    cell_id: "a",
    event_id: "e",
    code: "x",
    message: "m",
  };
  return { ...base, id, failed_at: "2026", attempts: 1, ...more } as FailureRow;
};

test("failures are grouped by workflow, agent and code", () => {
  const rows = [
    failure("1"),
    failure("2", { code: "y" }),
    failure("3", { message: "n" }),
    failure("4", { workflow_id: "v" }),
  ];
  const groups = groupsOf(rows);
  expect(groups.map((group) => [group.workflow, group.code, group.rows.length, group.others])).toEqual([
    ["w", "x", 2, 1],
    ["w", "y", 1, 0],
    ["v", "x", 1, 0],
  ]);
});

test("a group says which versions failed, the newest first", () => {
  const rows = [3, 4, null, 3].map((version, at) => failure(String(at), { version }));
  expect(groupsOf(rows)[0]?.versions).toEqual([4, 3]);
});

test("some are chosen and left out again", () => {
  expect([...choose(choose(new Set(), ["1", "2"], true), ["1"], false)]).toEqual(["2"]);
});

test("one replay that is refused does not keep the others", async () => {
  const told: [string, unknown][] = [];
  const six = ["1", "2", "3", "4", "5", "6"].map((id) => failure(id));
  const replay = async ({ id }: FailureRow) => {
    if (id === "2") throw new Error("no");
  };
  await replayMany(six, replay, (id, error) => told.push([id, error]));
  expect(told.length).toBe(6);
  expect(told.filter(([, error]) => error !== undefined).map(([id]) => id)).toEqual(["2"]);
});

test("what became of a replay is the next arm of the delivery that failed", () => {
  const arm = (number: number, state: string, failure_id?: string) =>
    work("d", "a", { arm: number, state, failure_id });
  const deliveries = [arm(0, "failed", "f"), arm(1, "failed", "g"), arm(2, "done")];
  const tree = treeOf([part([event("e", "in", { deliveries })])]);
  expect(becameOf(tree, failure("f"))?.key).toBe("d.1");
  expect(becameOf(tree, failure("g"))?.state).toBe("done");
  expect(becameOf(tree, failure("other"))).toBeUndefined();
});

test("what was mended since is what a replay runs in", () => {
  const [old, new_] = [failure("1", { version: 3 } as object), failure("2", { version: 4 } as object)];
  expect(mendedFor([old, new_], 4)).toBe(4);
  expect(mendedFor([new_], 4)).toBeUndefined();
  expect(mendedFor([old], undefined)).toBeUndefined();
});

test("a replay in another version is a run of its own", () => {
  const delivery = work("d", "a", { arm: 0, state: "failed", replayed_as: "0123-4567" });
  const tree = treeOf([part([event("e", "in", { deliveries: [delivery] })])]);
  expect(runAgainOf(tree, failure("f"))).toBe("0123");
  expect(runAgainOf(tree, failure("f", { cell_id: "other" }))).toBeUndefined();
});
