import { expect, test } from "vitest";
import { event, part, whole, work } from "../model/fixture";
import { treeOf } from "../model/steps";
import type { FailureRow, Listed } from "../reads";
import { bodyOf, failedSteps, findFailures, payloadText, receiversOf, waitOf, wrongOf } from "./actions";

const failure = (id: string, cell: string, eventId: string, more: Partial<FailureRow> = {}) => {
  const base = {
    id,
    run_id: "r",
    cell_id: cell,
    event_id: eventId,
    code: "x",
    message: "m",
    failed_at: "",
    attempts: 1,
  };
  return { ...base, ...more } as FailureRow;
};

test("the failure of a step is found page by page, and no other", async () => {
  const tree = treeOf(whole());
  const pages: Record<string, Listed<FailureRow>> = {
    first: {
      data: [failure("1", "b", "other"), failure("2", "b", "e1", { run_id: "x" })],
      meta: { next_cursor: "second", looked_at: 2 },
    },
    second: {
      data: [failure("3", "b", "e1", { replayed_at: "2026" }), failure("4", "b", "e1")],
      meta: { next_cursor: null, looked_at: 1 },
    },
  };
  const read = async (cursor: string | undefined) =>
    pages[cursor ?? "first"] ?? { data: [], meta: { next_cursor: null, looked_at: 1 } };
  expect((await findFailures(failedSteps(tree), "r", read)).map((found) => found.id)).toEqual(["4"]);
});

test("what was replayed already is not replayed again", () => {
  const deliveries = [work("d", "b", { state: "failed", replayed_at: "2026-01-01T00:00:00Z" })];
  expect(failedSteps(treeOf([part([event("e", "in", { deliveries })])]))).toEqual([]);
});

test("a changed payload is sent as it was written", () => {
  expect(bodyOf({})).toBe("{}");
  expect(bodyOf({ payload: '{"id": 12345678901234567890}', version: "run" })).toBe(
    '{"payload":{"id": 12345678901234567890},"version":"run"}',
  );
});

test("numbers keep their digits", () => {
  const text = payloadText('{"data":{"payload":{"id":12345678901234567890,"of":[1,1.50]}}}');
  expect(text).toContain("12345678901234567890");
  expect(JSON.parse(payloadText('{"data":{"payload":{"a":[1,"x"]}}}'))).toEqual({ a: [1, "x"] });
});

test("what is no JSON is told", () => {
  expect(wrongOf("{}")).toBeUndefined();
  expect(wrongOf("{")).toBeTruthy();
});

test("who received an event is known from the tree", () => {
  const tree = treeOf(whole());
  const e0 = tree.events.get("e0");
  expect(e0 && receiversOf(tree, e0).map((step) => step.cell)).toEqual(["a", "c"]);
  expect(waitOf(tree.steps.get("d3.0")?.delivery)).toBe("its time");
});
