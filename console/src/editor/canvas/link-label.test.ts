import { expect, test } from "vitest";
import { labelOf } from "./link-label";

test("where there is no room for all, a link says its number", () => {
  expect(labelOf("on_receive", "1,204", 200)).toBe("on_receive · 1,204");
  expect(labelOf("on_receive", "1,204", 112)).toBe("1,204");
  expect(labelOf("on_receive", "1,204", 40)).toBeUndefined();
  expect(labelOf("a_long_name_of_a_group", undefined, 112)).toBe("a_long_name_of_a_group");
  expect(labelOf("on_match", undefined, 80)).toBeUndefined();
  expect(labelOf(undefined, undefined, 300)).toBeUndefined();
});
