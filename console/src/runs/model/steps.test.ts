import { expect, test } from "vitest";
import { event, halves, part, whole, work } from "./fixture";
import { above, firstOf, hasFailed, type Step, stateOf, stepAt, treeOf } from "./steps";

/** A tree in words: agents with their states, what came of them in brackets. */
const words = (steps: Step[]): string =>
  steps
    .map((step) => `${step.cell} ${step.state}${step.children.length ? `(${words(step.children)})` : ""}`)
    .join(", ");

test("a run is a tree of agents at work", () => {
  const tree = treeOf(whole());
  expect(words(tree.tops)).toBe("in done(a done(b failed), c waiting)");
  expect(tree.steps.get("d2.0")?.received?.id).toBe("e1");
  expect(above(tree.steps.get("d2.0") as Step).map((step) => step.cell)).toEqual(["a", "in"]);
});

test("parts in any order give the same tree", () => {
  const [one, other] = halves();
  if (!one || !other) throw new Error("There are two halves.");
  for (const parts of [
    [one, other],
    [other, one],
  ]) {
    const tree = treeOf(parts);
    expect(words(tree.tops)).toBe("in done(a done(b failed), c waiting)");
    expect(tree.steps.get("d2.0")?.delivery?.links).toEqual(["to-b"]);
  }
});

test("a part alone shows what it knows", () => {
  expect(words(treeOf(halves().slice(0, 1)).tops)).toBe("a done(b unknown), c waiting");
});

test("replays are steps of their own, and a good one makes the failure good", () => {
  const failed = work("d1", "a", { state: "failed" });
  const again = (state: string) =>
    treeOf([part([event("e0", "in", { deliveries: [failed, { ...failed, arm: 1, state }] })])]);
  expect(words(again("done").tops)).toBe("in done(a failed, a done)");
  expect(stateOf(again("done"))).toBe("done");
  expect(stateOf(again("failed"))).toBe("failed");
  expect(stateOf(again("pending"))).toBe("in_flight");
});

test("a run is in flight, waits, has failed, or is done", () => {
  expect(stateOf(treeOf(whole()))).toBe("waiting");
  expect(stateOf(treeOf([part([event("e0", "in")])]))).toBe("done");
  expect(stateOf(treeOf(halves().slice(0, 1)))).toBe("in_flight");
});

test("a failed run opens at its failure, another one where it began", () => {
  expect(firstOf(treeOf(whole()))?.key).toBe("d2.0");
  expect(firstOf(treeOf([part([event("e0", "in")])]))?.key).toBe("e0");
  expect(firstOf(treeOf([]))).toBeUndefined();
});

test("an address finds its step by key, by event, and by who received the event", () => {
  const tree = treeOf(whole());
  expect(stepAt(tree, { step: "d2.0" })?.cell).toBe("b");
  expect(stepAt(tree, { event: "e1" })?.cell).toBe("a");
  expect(stepAt(tree, { event: "e1", agent: "b" })?.key).toBe("d2.0");
  expect(stepAt(tree, { event: "gone" })).toBeUndefined();
});

test("checks begin runs, and deliveries without an event are shown", () => {
  const check = work("k", "schedule", { event_ids: ["e0"], events: [event("e0", "schedule", { cause: null })] });
  expect(words(treeOf([part([], { checks: [check], deliveries: [work("x", "old")] })]).tops)).toBe(
    "schedule done, old done",
  );
});

test("events that name each other as cause end somewhere", () => {
  const circle = [
    event("e1", "a", { cause: { event: "e2", delivery: "d2" }, deliveries: [work("d1", "b", { event_ids: ["e2"] })] }),
    event("e2", "b", { cause: { event: "e1", delivery: "d1" }, deliveries: [work("d2", "a", { event_ids: ["e1"] })] }),
  ];
  const tree = treeOf([part(circle)]);
  expect([...tree.steps.values()].filter((step) => hasFailed(tree, step))).toEqual([]);
});
