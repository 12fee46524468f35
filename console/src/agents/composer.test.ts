import { expect, test } from "vitest";
import { ApiError } from "../api/error";
import { isElsewhere } from "./composer";

const refused = (status: number, type: string) => new ApiError(status, { type, message: "Whatever it says." });

test("a server that takes no prompts is known by the type of its error, not by its words", () => {
  expect(isElsewhere(refused(404, "not_found"))).toBe(true);
  expect(isElsewhere(refused(404, "agent_not_found"))).toBe(false);
  expect(isElsewhere(refused(404, "error"))).toBe(false);
  expect(isElsewhere(refused(409, "session_busy"))).toBe(false);
  expect(isElsewhere(new Error("Agents are not asked at this address."))).toBe(false);
});
