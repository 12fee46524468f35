import { act, cleanup, render } from "@testing-library/react";
import { type useStoreApi as Api, ReactFlowProvider, useStoreApi } from "@xyflow/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { graphOf } from "../canvas/graph";
import { Sighted } from "../canvas/sight";
import { TYPES } from "../model/samples";
import type { Server } from "../server";
import { EditorStore } from "../store";
import { Flow } from "./flow";

const drawn = vi.hoisted(() => ({ nodes: [] as string[], links: [] as string[] }));
function noted(all: string[], id: string) {
  all.push(id);
  return null;
}
// What counts is what React Flow asks to be drawn: so these are not memoised, as ours are.
vi.mock("../canvas/graph-view", () => ({
  isMany: () => false,
  NODE_TYPES: { agent: ({ id }: { id: string }) => noted(drawn.nodes, id) },
  LINK_TYPES: { link: ({ id }: { id: string }) => noted(drawn.links, id) },
}));

const ids = Array.from({ length: 20 }, (_, at) => `a${at}`);
const CELLS = [
  ...ids.map((id, at) => ({ id, type: "agent", agent_type: "condition", position: { x: at * 300, y: 0 } })),
  ...ids.slice(1).map((id, at) => ({ id: `l${at}`, type: "link", source: { id: `a${at}` }, target: { id } })),
];

let api: ReturnType<typeof Api>;
function Reach() {
  api = useStoreApi();
  return null;
}

describe("the nodes and links of the canvas", () => {
  beforeEach(() => {
    vi.stubGlobal(
      "ResizeObserver",
      class {
        observe() {}
        unobserve() {}
        disconnect() {}
      },
    );
    const text = JSON.stringify({ cells: CELLS });
    const head = { version: 1 } as never;
    const store = new EditorStore({} as Server, { head, text, errors: [], warnings: [] });
    const graph = graphOf(store.get().cells, { types: TYPES, selection: new Set(), editable: true });
    const rest = { types: TYPES, graph, over: undefined, ask: vi.fn(), local: vi.fn(), open: vi.fn(), follow: vi.fn() };
    render(
      <ReactFlowProvider>
        <Sighted>
          <Flow store={store} {...rest} setDragging={vi.fn()}>
            <Reach />
          </Flow>
        </Sighted>
      </ReactFlowProvider>,
    );
    drawn.nodes = [];
    drawn.links = [];
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("are drawn anew for the node that is dragged, and its links, alone", () => {
    const drag = (x: number) =>
      act(() => {
        const item = { ...api.getState().nodeLookup.get("a5"), position: { x, y: 40 } };
        api.getState().updateNodePositions(new Map([["a5", item as never]]), true);
      });
    for (let step = 1; step <= 10; step++) drag(1500 + step);
    expect(new Set(drawn.nodes)).toEqual(new Set(["a5"]));
    expect(new Set(drawn.links)).toEqual(new Set(["l4", "l5"]));
    expect(drawn.nodes.length).toBeLessThanOrEqual(12);
    expect(drawn.links.length).toBeLessThanOrEqual(24);
  });
});
