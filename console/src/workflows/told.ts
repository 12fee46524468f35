// What a report of an import says, in the words and the order in which people read it.
import type { Schemas } from "../api/types";

export type Report = Schemas["ImportReport"];
export type AgentReport = Report["agents"][number];

const ORDER = { unsupported: 0, different: 1, mapped: 2 };

/** How the agents fared, in one line. */
export function inShort({ counts, links, control_links }: Report): string {
  const all = counts.mapped + counts.different + counts.unsupported;
  const left = links.left_out.length + control_links.left_out.length;
  const parts = [
    `${counts.mapped} of ${all} ${all === 1 ? "agent does" : "agents do"} the same`,
    counts.different > 0 && `${counts.different} ${counts.different === 1 ? "differs" : "differ"}`,
    counts.unsupported > 0 && `${counts.unsupported} ${counts.unsupported === 1 ? "has" : "have"} no type here`,
    left > 0 && `${left} ${left === 1 ? "link was" : "links were"} left out`,
  ];
  return `${parts.filter(Boolean).join(", ")}.`;
}

/** The agents of which there is something to say: those to be replaced first, then those that differ. */
export function toTell(report: Report): AgentReport[] {
  const told = report.agents.filter(({ status, notes }) => status !== "mapped" || notes.length > 0);
  return told.sort((a, b) => ORDER[a.status] - ORDER[b.status] || a.index - b.index);
}

/** What became of the credentials, each named once. */
export function credentials({ credentials }: Report): { created: string[]; reused: string[]; missing: string[] } {
  const of = (state: "created" | "reused" | "missing", but: string[] = []) => [
    ...new Set(credentials.filter((one) => one.state === state && !but.includes(one.name)).map((one) => one.name)),
  ];
  const created = of("created");
  return { created, reused: of("reused", created), missing: of("missing") };
}
