import { expect, test } from "vitest";
import { credentials, inShort, type Report, toTell } from "./told";

const agent = (index: number, status: "mapped" | "different" | "unsupported", notes: string[]) => ({
  index,
  name: `Agent ${index}`,
  guid: null,
  huginn_type: "Agents::PostAgent",
  cell_id: `agent-${index}`,
  agent_type: status === "unsupported" ? null : "http_request",
  status,
  notes: notes.map((field) => ({ field, message: "Left out." })),
  nearest: null,
});

const report: Report = {
  format: "huginn",
  counts: { mapped: 2, different: 1, unsupported: 1 },
  agents: [
    agent(0, "mapped", []),
    agent(1, "mapped", ["colour"]),
    agent(2, "different", ["mode"]),
    agent(3, "unsupported", []),
  ],
  links: { made: 2, left_out: [{ index: 2, reason: "Its `source` names no agent of the file." }] },
  control_links: { made: 0, left_out: [] },
  credentials: [
    { name: "a", cell_id: "x", field: "url", state: "created" },
    { name: "a", cell_id: "y", field: "url", state: "reused" },
    { name: "b", cell_id: "y", field: "token", state: "reused" },
    { name: "c", cell_id: "y", field: "key", state: "missing" },
  ],
};

test("a report is told in one line", () => {
  expect(inShort(report)).toBe("2 of 4 agents do the same, 1 differs, 1 has no type here, 1 link was left out.");
  const good = { ...report, counts: { mapped: 1, different: 0, unsupported: 0 }, links: { made: 0, left_out: [] } };
  expect(inShort(good)).toBe("1 of 1 agent does the same.");
});

test("what is to be replaced comes first, and what is as it was is not told", () => {
  expect(toTell(report).map(({ index }) => index)).toEqual([3, 2, 1]);
});

test("each credential is named once, a new one as new", () => {
  expect(credentials(report)).toEqual({ created: ["a"], reused: ["b"], missing: ["c"] });
});
