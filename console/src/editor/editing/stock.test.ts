import { describe, expect, it } from "vitest";
import type { Schemas } from "../../api/types";
import { TYPES } from "../model/samples";
import { PRESETS, READY, search, waresOf } from "./stock";

const cell = { id: "x", type: "agent", agent_type: "http_request", name: "Biller", config: { url: "http://x" } };
const ready = [
  { title: "Billing", description: "Writes bills", from: { type: "persistent_agent", name: "b" }, cell },
  {
    title: "Unknown",
    description: "",
    from: { type: "persistent_agent", name: "u" },
    cell: { ...cell, agent_type: "no" },
  },
] as Schemas["ReadyCell"][];
const types = new Map(TYPES);
const http = types.get("http_request");
if (http) {
  const example = { title: "Post an order", config: { url: "http://shop" }, emits: [] };
  types.set("http_request", { ...http, examples: [example as unknown as (typeof http.examples)[0]] });
}
const wares = waresOf(types, ready);

describe("the stencil", () => {
  it("has the types by kind, then what is ready, then presets", () => {
    expect(wares.map(({ shelf, title }) => [shelf, title])).toEqual([
      ["Triggers", "webhook"],
      ["Triggers", "scheduler"],
      ["Filters", "condition"],
      ["Filters", "split"],
      ["Actions", "http_request"],
      ["Actions", "data_output"],
      [READY, "Billing"],
      [PRESETS, "Post an order"],
    ]);
    expect(wares[6]?.stock).toMatchObject({ name: "Biller", config: { url: "http://x" } });
  });

  it("shows presets to whoever looks for something", () => {
    expect(search(wares, "").some(({ shelf }) => shelf === PRESETS)).toBe(false);
    expect(search(wares, "order").map(({ title }) => title)).toEqual(["Post an order"]);
    expect(search(wares, "bill").map(({ title }) => title)).toEqual(["Billing"]);
    expect(search(wares, "zzz")).toEqual([]);
  });

  it("finds what is called so before what only tells of it", () => {
    const webhook = types.get("webhook");
    if (!webhook) throw new Error("The samples have no webhook.");
    const told = new Map([...types, ["webhook", { ...webhook, description: "No split, nor http_request." }]]);
    const first = (typed: string) => search(waresOf(told, []), typed)[0]?.title;
    expect([first("split"), first("http_request"), first("webhook")]).toEqual(["split", "http_request", "webhook"]);
  });
});
