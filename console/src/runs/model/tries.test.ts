import { expect, it } from "vitest";
import { event, work } from "./fixture";
import { triesOf } from "./tries";

it("an attempt is told where one before failed, and not where an answer came", () => {
  const second = { delivery: work("d", "a", { attempt: 1 }), emitted: [event("e", "a")] };
  expect(triesOf(second)).toBe(2);
  expect(triesOf({ ...second, emitted: [event("e", "a", { groups: ["on_reply", "reply"] })] })).toBeUndefined();
  expect(triesOf({ delivery: work("d", "a"), emitted: [] })).toBeUndefined();
  const failed = work("d", "a", { error: { code: "dns_failed", message: "No." } });
  expect(triesOf({ delivery: failed, emitted: [] })).toBe(1);
});
