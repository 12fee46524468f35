// A run as steps. A step is an agent at work: the event that it received, what became of that, and the events that it emitted. The first step of
// a run is an agent that received nothing: its event came from outside. A run comes in parts, and each part knows only of itself: here they
// become one tree again.
import type { Schemas } from "../../api/types";

export type RunPart = Schemas["Run"];
type EventNode = Schemas["RunEvent"];
type DeliveryNode = EventNode["deliveries"][number];
/** An event of a run, without what came of it. */
export type RunEvent = Omit<EventNode, "deliveries">;
/** A delivery of a run, without what came of it. */
export type Delivery = Omit<DeliveryNode, "events">;

export interface Step {
  /** A name of the step that stays: the id of the event that begins, or the delivery's with its arm. */
  key: string;
  /** The agent at work. */
  cell: string;
  state: string;
  received?: RunEvent;
  delivery?: Delivery;
  emitted: RunEvent[];
  children: Step[];
  parent?: Step;
  /** When the work began and ended, in milliseconds; none for what has not begun. */
  began?: number;
  ended?: number;
}

export interface Tree {
  tops: Step[];
  /** All steps by their key, in the order of the tree. */
  steps: Map<string, Step>;
  /** All events by their id. */
  events: Map<string, RunEvent>;
  /** The step that emitted an event. */
  emitters: Map<string, Step>;
}

/** The key of the step of a delivery. */
export const deliveryKey = (delivery: { id: string; arm: number }) => `${delivery.id}.${delivery.arm}`;

/** How much a state says: what a part knows beats what another one supposes. */
function weight(state: string) {
  if (state === "unknown") return 0;
  if (state === "pending" || state === "running") return 1;
  return state === "waiting" || state === "scheduled" ? 2 : 3;
}

/** What the parts of a run say, event by event and delivery by delivery. */
class Found {
  readonly events = new Map<string, RunEvent>();
  readonly deliveries = new Map<string, Delivery>();
  /** The event of a delivery, by the delivery's id. */
  readonly eventOf = new Map<string, string>();
  readonly checks = new Set<string>();
  /** The delivery that emitted an event, by the event's id. */
  readonly emitterOf = new Map<string, string>();
  /** The place of a delivery among those of its event, by the delivery's id. */
  readonly placeOf = new Map<string, number>();

  event({ deliveries, ...event }: EventNode) {
    if (!this.events.has(event.id)) this.events.set(event.id, event);
    for (const [place, delivery] of deliveries.entries()) {
      this.placeOf.set(delivery.id, place);
      this.delivery(delivery, event.id);
    }
  }

  delivery({ events, ...delivery }: DeliveryNode, event?: string) {
    const key = deliveryKey(delivery);
    const before = this.deliveries.get(key);
    if (!before || weight(delivery.state) > weight(before.state)) {
      const links = delivery.links.length > 0 ? delivery.links : (before?.links ?? []);
      this.deliveries.set(key, { ...delivery, links });
    } else if (before.links.length === 0 && delivery.links.length > 0) {
      this.deliveries.set(key, { ...before, links: delivery.links });
    }
    if (event) this.eventOf.set(delivery.id, event);
    for (const id of delivery.event_ids) this.emitterOf.set(id, key);
    for (const child of events) {
      this.emitterOf.set(child.id, key);
      if (child.cause?.event) this.eventOf.set(delivery.id, child.cause.event);
      this.event(child);
    }
  }
}

function gather(parts: RunPart[]): Found {
  const found = new Found();
  for (const part of parts) {
    for (const check of part.checks ?? []) {
      found.checks.add(check.id);
      found.delivery(check);
    }
    for (const event of part.events) found.event(event);
    for (const delivery of part.deliveries ?? []) found.delivery(delivery);
  }
  // Events stand at the top where their delivery is in another part; their cause says which it is, and of which event.
  for (const event of found.events.values()) {
    if (event.cause?.delivery && !found.eventOf.has(event.cause.delivery)) {
      found.eventOf.set(event.cause.delivery, event.cause.event);
    }
  }
  return found;
}

const time = (at: string | null | undefined) => (at ? Date.parse(at) : undefined);

/** Makes the tree of a run from its parts, in any order. */
export function treeOf(parts: RunPart[]): Tree {
  const found = gather(parts);
  const all = new Map<string, Step>();
  const byId = new Map<string, Step[]>();
  for (const [key, delivery] of found.deliveries) {
    const began = time(delivery.began_at);
    const step: Step = {
      key,
      cell: delivery.cell_id,
      state: delivery.state,
      delivery,
      received: found.events.get(found.eventOf.get(delivery.id) ?? ""),
      emitted: [],
      children: [],
      began,
      ended: began === undefined ? undefined : began + (delivery.took_ms ?? 0),
    };
    all.set(key, step);
    byId.set(delivery.id, [...(byId.get(delivery.id) ?? []), step]);
  }
  const emitters = new Map<string, Step>();
  const tops: Step[] = [];
  for (const event of found.events.values()) {
    const emitter = all.get(found.emitterOf.get(event.id) ?? "") ?? byId.get(event.cause?.delivery ?? "")?.[0];
    if (emitter) {
      emitter.emitted.push(event);
      emitters.set(event.id, emitter);
    } else {
      const began = time(event.created_at);
      const step: Step = {
        key: event.id,
        cell: event.cell_id,
        state: "done",
        emitted: [event],
        children: [],
        began,
        ended: began,
      };
      all.set(step.key, step);
      emitters.set(event.id, step);
      tops.push(step);
    }
  }
  for (const step of all.values()) {
    const place = new Map(step.delivery?.event_ids.map((id, at) => [id, at]));
    step.emitted.sort((a, b) => (place.get(a.id) ?? -1) - (place.get(b.id) ?? -1));
  }
  const loose: Step[] = [];
  for (const step of all.values()) {
    if (!step.delivery) continue;
    step.parent = step.received && emitters.get(step.received.id);
    if (step.parent) step.parent.children.push(step);
    else if (found.checks.has(step.delivery.id)) tops.unshift(step);
    else loose.push(step);
  }
  tops.sort((a, b) => (a.began ?? 0) - (b.began ?? 0));
  const ordered = [...tops, ...loose];
  const steps = new Map<string, Step>();
  // Children stand in the order of the events that they received, then as the event lists them, then by replay.
  const placed = (parent: Step) => {
    const places = new Map(parent.emitted.map((event, at) => [event.id, at]));
    const ranked = parent.children.map((child) => {
      const { received, delivery } = child;
      const place = found.placeOf.get(delivery?.id ?? "") ?? Number.MAX_SAFE_INTEGER;
      return { child, rank: [places.get(received?.id ?? "") ?? -1, place, delivery?.arm ?? 0] };
    });
    return ranked.sort((a, b) => compare(a.rank, b.rank)).map(({ child }) => child);
  };
  // What is to be visited is a list of its own: a run may be thousands of steps deep.
  const ahead = ordered.toReversed();
  for (let step = ahead.pop(); step; step = ahead.pop()) {
    // Hostile or broken answers may go in circles; each step is shown once.
    if (steps.has(step.key)) continue;
    steps.set(step.key, step);
    if (step.children.length > 1) step.children = placed(step);
    for (let at = step.children.length - 1; at >= 0; at--) ahead.push(step.children[at] as Step);
  }
  return { tops: ordered, steps, events: found.events, emitters };
}

/** A number for each that decides the order, the weightiest first. */
function compare(a: number[], b: number[]) {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Whether a step failed and no later arm of its delivery did better. */
export function hasFailed(tree: Tree, step: Step): boolean {
  if (step.state !== "failed" || !step.delivery) return false;
  return !tree.steps.has(deliveryKey({ id: step.delivery.id, arm: step.delivery.arm + 1 }));
}

/** What a run is doing: as the list of runs says it. */
export function stateOf(tree: Tree): "in_flight" | "waiting" | "failed" | "done" {
  let [waits, failed] = [false, false];
  for (const step of tree.steps.values()) {
    if (["pending", "running", "unknown"].includes(step.state)) return "in_flight";
    waits ||= step.state === "waiting";
    failed ||= hasFailed(tree, step);
  }
  return waits ? "waiting" : failed ? "failed" : "done";
}

/** The step to look at first: the first that failed, else the one that began the run. */
export function firstOf(tree: Tree): Step | undefined {
  let first: Step | undefined;
  for (const step of tree.steps.values()) {
    if (hasFailed(tree, step) && (!first || (step.began ?? 0) < (first.began ?? 0))) first = step;
  }
  return first ?? tree.tops[0];
}

/** The step that an address means: by its key, by the event that it emitted, or by the event that an agent received. */
export function stepAt(tree: Tree, at: { step?: string; event?: string; agent?: string }): Step | undefined {
  if (at.step) return tree.steps.get(at.step) ?? tree.emitters.get(at.step);
  if (!at.event) return undefined;
  if (!at.agent) return tree.emitters.get(at.event);
  const taken = [...tree.steps.values()].filter((step) => step.received?.id === at.event && step.cell === at.agent);
  return taken.at(-1) ?? tree.emitters.get(at.event);
}

/** The steps above one, the nearest first. */
export function above(step: Step): Step[] {
  const found: Step[] = [];
  for (let up = step.parent; up && !found.includes(up); up = up.parent) found.push(up);
  return found;
}
