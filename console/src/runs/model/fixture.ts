// Runs made up for tests: a trigger, two agents behind it, one of which fails.
import type { RunPart } from "./steps";

type Node = RunPart["events"][number];
type Work = Node["deliveries"][number];

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();

export function event(id: string, cell: string, more: Partial<Node> = {}): Node {
  const base = {
    id,
    run_id: "r",
    version: 3,
    cell_id: cell,
    groups: ["on_x"],
    created_at: at(0),
    hop: 0,
    deliveries: [],
  };
  return { payload: { id }, ...base, ...more };
}

export function work(id: string, cell: string, more: Partial<Work> = {}): Work {
  const began = { began_at: at(10), took_ms: 5 };
  return {
    id,
    cell_id: cell,
    state: "done",
    links: [`to-${cell}`],
    arm: 0,
    attempt: 0,
    event_ids: [],
    events: [],
    ...began,
    ...more,
  };
}

export function part(events: Node[], more: Partial<RunPart> = {}): RunPart {
  const said = { state: "done", event_count: events.length, failure_count: 0, last_event_at: null };
  return { id: "r", version: 3, started_at: at(0), ...said, events, ...more } as RunPart;
}

/** `in` begins; `a` passes the event on to `b`, which fails; `c` waits. */
export function whole(): RunPart[] {
  const passed = event("e1", "a", {
    cause: { event: "e0", delivery: "d1" },
    deliveries: [
      work("d2", "b", {
        state: "failed",
        began_at: at(100),
        error: { code: "dns_failed", message: "No." },
        failure_id: "f2",
      }),
    ],
  });
  return [
    part([
      event("e0", "in", {
        deliveries: [
          work("d1", "a", { event_ids: ["e1"], events: [passed] }),
          work("d3", "c", { state: "waiting", began_at: null, took_ms: null, waits_until: at(3_600_000) }),
        ],
      }),
    ]),
  ];
}

/** The same run in two parts, neither of which knows of the other. */
export function halves(): RunPart[] {
  const unknown = { state: "unknown", began_at: null, took_ms: null };
  return [
    part([event("e1", "a", { cause: { event: "e0", delivery: "d1" }, deliveries: [work("d2", "b", unknown)] })], {
      deliveries: [work("d3", "c", { state: "waiting", began_at: null, took_ms: null, links: [] })],
    }),
    part([event("e0", "in", { deliveries: [work("d1", "a", { event_ids: ["e1"] }), work("d3", "c", unknown)] })], {
      deliveries: [work("d2", "b", { state: "failed", began_at: at(100), links: [] })],
    }),
  ];
}
