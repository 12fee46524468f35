import { expect, test, vi } from "vitest";
import { api } from "../../api/client";
import { event, part, whole, work } from "../model/fixture";
import { treeOf } from "../model/steps";
import { bodyOf, failedSteps, payloadText, receiversOf, replaySteps, waitOf, wrongOf } from "./actions";

test("each failed step is replayed by its failure", async () => {
  const post = vi.spyOn(api, "POST").mockResolvedValue({ data: {}, response: new Response() } as never);
  const tree = treeOf(whole());
  expect(failedSteps(tree).map((step) => step.key)).toEqual(["d2.0"]);
  await replaySteps({ project: "p", workflow: "w", run: "r" }, failedSteps(tree), "run");
  expect((post.mock.calls as unknown as [string, { params: unknown }][]).map(([, given]) => given.params)).toEqual([
    { path: { project: "p", workflow: "w", failure: "f2" } },
  ]);
  post.mockRestore();
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
