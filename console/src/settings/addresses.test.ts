import { expect, test } from "vitest";
import type { Placed } from "../workflows/all-agents";
import { addresses } from "./addresses";

test("a hook and a page have one address, and a feed two", () => {
  const workflow = { id: "w", name: "W", state: "active" as const };
  const placed = (cell_id: string, urls: object) =>
    ({ workflow, agent: { cell_id, name: cell_id, ...urls } }) as Placed;
  const found = addresses([
    placed("a", { hook_url: "h" }),
    placed("b", { feed_url: "f" }),
    placed("c", {}),
    placed("d", { page_url: "p" }),
  ]);
  expect(found.hooks.map((row) => row.url)).toEqual(["h"]);
  expect(found.feeds.map((row) => `${row.agent.id} ${row.url}`)).toEqual(["b f.xml", "b f.json", "d p"]);
});
