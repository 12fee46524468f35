import { expect, test } from "vitest";
import { missing, NOTHING, withTold } from "./fresh";

const told = (id: string, cell_id: string, ...groups: string[]) => ({ id, cell_id, groups });

test("events come by the groups of the links, go out of the agent itself, and count once", () => {
  const sources = [{ cell: "a", group: "on_match" }, { cell: "b" }];
  const events = [told("1", "a", "on_match"), told("2", "a", "on_error"), told("3", "b", "x"), told("4", "me", "y")];
  const fresh = withTold(NOTHING, events, "me", sources);
  expect(fresh).toEqual({ incoming: ["1", "3"], outgoing: ["4"] });
  expect(withTold(fresh, events, "me", sources)).toBe(fresh);
  expect(missing(fresh.incoming, [{ id: "3" }])).toBe(1);
});
