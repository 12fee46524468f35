import { expect, test } from "vitest";
import { draftOf, keepDraft } from "./drafts";

test("a draft is kept for its agent and purpose alone, until it is forgotten", () => {
  const place = { project: "p", workflow: "w", cell: "a" };
  keepDraft(place, "payload", "{}");
  expect(draftOf({ ...place }, "payload")).toBe("{}");
  expect(draftOf(place, "memory")).toBeUndefined();
  expect(draftOf({ ...place, cell: "b" }, "payload")).toBeUndefined();
  keepDraft(place, "payload", undefined);
  expect(draftOf(place, "payload")).toBeUndefined();
});
