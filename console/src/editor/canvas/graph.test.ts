import { describe, expect, it } from "vitest";
import { move } from "../model/actions";
import { TYPES } from "../model/samples";
import { graphOf, type Scene } from "./graph";

const CELLS = [
  { id: "a", type: "agent", agent_type: "webhook", position: { x: 0, y: 0 } },
  { id: "b", type: "agent", agent_type: "condition", position: { x: 300, y: 0 } },
  { id: "n", type: "note", text: "hello", size: { width: 100, height: 50 } },
  { id: "l", type: "link", source: { id: "a" }, target: { id: "b" }, group_id: "on_receive" },
  { id: "gone", type: "link", source: { id: "a" }, target: { id: "x" } },
];
const scene: Scene = { types: TYPES, selection: new Set(), editable: true };

describe("a graph", () => {
  it("has nodes with ports, and links that leave them", () => {
    const { nodes, links } = graphOf(CELLS, scene);
    expect(nodes.map(({ id, type, data }) => [id, type, data.ports, data.takes])).toEqual([
      ["a", "agent", ["on_receive", "on_error"], false],
      ["b", "agent", ["on_match", "on_error"], true],
      ["n", "note", [], false],
    ]);
    expect(links).toMatchObject([{ id: "l", source: "a", sourceHandle: "on_receive", target: "b" }]);
  });

  it("keeps the objects of what did not change", () => {
    const before = graphOf(CELLS, scene);
    const after = graphOf(move(CELLS, ["b"], { x: 10, y: 0 }), scene, before);
    expect(after.nodes.map((node, at) => node === before.nodes[at])).toEqual([true, false, true]);
    expect(after.links[0]).toBe(before.links[0]);
    const selected = graphOf(CELLS, { ...scene, selection: new Set(["a"]) }, before);
    expect(selected.nodes.map((node, at) => node === before.nodes[at])).toEqual([false, true, true]);
  });
});
