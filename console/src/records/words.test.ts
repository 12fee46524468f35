import { expect, test } from "vitest";
import { attributesOf, kindsOf, problemsOf, progressWords, stagesOf } from "./words";

test("a segment says how far it is filled until it is ready", () => {
  expect(progressWords("filling", { done: 1200, total: 5000 })).toBe("filling, 1,200 of 5,000");
  expect(progressWords("filling", { done: 7, total: 5 })).toBe("filling, 7 of 7");
  expect(progressWords("ready", { done: 5, total: 5 })).toBe("ready");
});

test("each line is a stage, once", () => {
  expect(stagesOf(" new\n\nwon \nlost\nnew")).toEqual(["new", "won", "lost"]);
  expect(stagesOf(" \n")).toEqual([]);
});

test("attributes are an object, and what is none is told", () => {
  expect(attributesOf('{"a": 1}')).toEqual({ attributes: { a: 1 } });
  for (const text of ["[]", "1", "null", "{", ""]) expect(attributesOf(text)).toHaveProperty("wrong");
});

test("what is wrong with a condition stands at its place, and all else at none", () => {
  const problems = problemsOf({ field: "condition.all[0].operator" }, "Say how.");
  expect([...problems]).toEqual([["config.condition.all[0].operator", ["Say how."]]]);
  expect(problemsOf({ field: "kind" }, "No kind.").size).toBe(0);
  expect(problemsOf(undefined, "?").size).toBe(0);
});

test("kinds of the project come behind those that all have", () => {
  expect(kindsOf([{ kind: "person" }, { kind: "ship" }], [{ kind: "deal" }])).toEqual([
    "person",
    "mention",
    "company",
    "deal",
    "ship",
  ]);
});
