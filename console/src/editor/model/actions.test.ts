import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as act from "./actions";
import { align, layout, pointsOf, readingOrder, spread } from "./arrange";
import {
  type Cells,
  cellOf,
  configOf,
  endOf,
  groupOf,
  isAgent,
  isLink,
  keysOf,
  readOptions,
  writeOptions,
} from "./cells";
import { copied, duplicate, paste, readCells } from "./clipboard";
import { begin, type History, redo, step, undo } from "./history";
import { groupsOf, portsOf } from "./ports";
import { canvas, TYPES } from "./samples";

function stock(type: string) {
  const found = TYPES.get(type);
  if (!found) throw new Error(`There is no type ${type}.`);
  return { type: found };
}

const AT = { x: 10, y: 20 };
/** A webhook, a condition, and the link between. */
function flow() {
  const hook = act.add([], stock("webhook"), AT);
  const condition = act.addFrom(hook.cells, TYPES, stock("condition"), AT, hook.key, "on_receive");
  const link = condition.cells.find(isLink);
  return { cells: condition.cells, hook: hook.key, condition: condition.key, link: String(link?.id) };
}
/** The cells of a canvas without its schedulers and what leads from them. */
const flowOf = (cells: Cells) =>
  cells.filter((cell) => cell.agent_type !== "scheduler" && cell.type !== "control_link");
const linksOf = (cells: Cells) =>
  cells.filter(isLink).map((cell) => [endOf(cell, "source"), groupOf(cell), endOf(cell, "target")]);

describe("actions", () => {
  it("add an agent with a name of its own", () => {
    const { cells } = act.add(act.add([], stock("webhook"), AT).cells, stock("webhook"), AT);
    expect(cells.map((cell) => cell.name)).toEqual(["webhook", "webhook 2"]);
    expect(cells[0]).toMatchObject({ type: "agent", agent_type: "webhook", position: AT, config: {} });
  });

  it("make and link out of a port", () => {
    const { cells, hook, condition } = flow();
    expect(linksOf(cells)).toEqual([[hook, "on_receive", condition]]);
  });

  it("control from the port for it, also triggers, and lead elsewhere", () => {
    const clock = act.add(flow().cells, stock("scheduler"), AT);
    const [hook, condition] = keysOf(clock.cells);
    if (!hook || !condition) throw new Error("There is no agent.");
    expect(groupsOf(cellOf(clock.cells, clock.key) ?? {}, TYPES)).toEqual(["controls", "on_error"]);
    expect(act.connect(clock.cells, TYPES, clock.key, hook, "on_error")).toBe(clock.cells);
    const controlled = act.connect(clock.cells, TYPES, clock.key, hook, "controls");
    const made = controlled.at(-1);
    expect(made).toEqual({
      id: made?.id,
      type: "control_link",
      source: { id: clock.key },
      target: { id: hook },
    });
    expect(act.connect(controlled, TYPES, clock.key, hook, "controls")).toBe(controlled);
    const key = String(made?.id);
    const ends = { source: clock.key, target: condition };
    const elsewhere = act.reconnect(controlled, TYPES, key, { ...ends, group: "controls" });
    expect(linksOf(elsewhere).at(-1)).toEqual([clock.key, "controls", condition]);
    const events = act.setGroup(elsewhere, key, "on_error");
    expect(cellOf(events, key)).toMatchObject({ type: "link", group_id: "on_error" });
    const back = cellOf(act.setGroup(events, key, "controls"), key);
    expect(back).toMatchObject({ type: "control_link" });
    expect(back).not.toHaveProperty("group_id");
    expect(act.remove(controlled, [clock.key])).toEqual(flowOf(controlled));
  });

  it("insert on a link", () => {
    const { cells, hook, condition, link } = flow();
    const made = act.insert(cells, TYPES, stock("http_request"), link, AT);
    expect(linksOf(made.cells)).toEqual([
      [hook, "on_receive", made.key],
      [made.key, "on_response", condition],
    ]);
    const trigger = act.insert(cells, TYPES, stock("webhook"), link, AT);
    expect(linksOf(trigger.cells)).toEqual(linksOf(cells));
  });

  it("link no trigger, and nothing twice", () => {
    const { cells, hook, condition } = flow();
    expect(act.connect(cells, TYPES, condition, hook)).toBe(cells);
    expect(act.connect(cells, TYPES, hook, condition, "on_receive")).toBe(cells);
    expect(linksOf(act.connect(cells, TYPES, hook, condition, "on_error"))).toHaveLength(2);
  });

  it("let a link lead elsewhere and take another group", () => {
    const { cells, hook, condition, link } = flow();
    const more = act.add(cells, stock("http_request"), AT);
    const led = act.reconnect(more.cells, TYPES, link, { source: condition, target: more.key, group: "on_match" });
    expect(linksOf(led)).toEqual([[condition, "on_match", more.key]]);
    expect(linksOf(act.setGroup(cells, link, undefined))).toEqual([[hook, undefined, condition]]);
  });

  it("remove an agent with its links", () => {
    const { cells, hook, condition } = flow();
    expect(act.remove(cells, [hook]).map((cell) => cell.id)).toEqual([condition]);
  });

  it("edit fields of a cell and let the others be the same objects", () => {
    const { cells, hook, condition } = flow();
    const next = act.setConfig(act.rename(cells, condition, "big"), condition, { condition: { path: "total" } });
    expect(configOf(cellOf(next, condition) ?? {})).toEqual({ condition: { path: "total" } });
    expect(cellOf(next, hook)).toBe(cellOf(cells, hook));
    expect(act.rename(cells, condition, "condition")).toBe(cells);
    const off = act.disable(cells, [hook], true);
    expect(cellOf(off, hook)?.disabled).toBe(true);
    expect(act.disable(off, [hook], false)[0]).toEqual(cells[0]);
  });

  it("let links follow a lane of a split to its new name", () => {
    const split = act.add([], stock("split"), AT);
    const first = act.addFrom(split.cells, TYPES, stock("http_request"), AT, split.key, "a");
    const { cells, key } = act.addFrom(first.cells, TYPES, stock("http_request"), AT, split.key, "b");
    const lanes = (...names: string[]) => ({ groups: names.map((name) => ({ name, weight: 1 })) });
    const to = (config: Record<string, unknown>) => linksOf(act.setConfig(cells, split.key, config));
    expect(to(lanes("mail", "b"))).toEqual([
      [split.key, "mail", first.key],
      [split.key, "b", key],
    ]);
    expect(to(lanes("b", "a")).map(([, group]) => group)).toEqual(["a", "b"]);
    expect(to(lanes("", "b")).map(([, group]) => group)).toEqual(["a", "b"]);
    expect(to(lanes("x", "y", "z")).map(([, group]) => group)).toEqual(["a", "b"]);
  });

  it("move, align and spread", () => {
    const { cells, hook, condition } = flow();
    const moved = act.move(cells, [condition], { x: 300, y: 55 });
    expect(cellOf(moved, condition)?.position).toEqual({ x: 310, y: 75 });
    const box = { width: 208, height: 84 };
    const boxes = new Map([
      [hook, { x: 10, y: 20, ...box }],
      [condition, { x: 310, y: 75, ...box }],
    ]);
    expect(cellOf(align(moved, boxes, "top"), condition)?.position).toEqual({ x: 310, y: 20 });
    expect(cellOf(align(moved, boxes, "right"), hook)?.position).toEqual({ x: 310, y: 20 });
    expect(spread(moved, boxes, "x")).toBe(moved);
  });

  it("lay out from left to right", async () => {
    const { cells, hook, condition } = flow();
    const boxes = new Map([hook, condition].map((key) => [key, { ...AT, width: 208, height: 84 }]));
    const points = pointsOf(await layout(cells, boxes));
    expect(points.get(hook)).toEqual(AT);
    expect(points.get(condition)?.x).toBeGreaterThan(300);
  });

  it("lay lanes out in the order of their ports", async () => {
    const split = act.add([], stock("split"), AT);
    const low = act.addFrom(split.cells, TYPES, stock("http_request"), AT, split.key, "b");
    const high = act.addFrom(low.cells, TYPES, stock("http_request"), AT, split.key, "a");
    const boxes = new Map([split.key, low.key, high.key].map((key) => [key, { ...AT, width: 208, height: 84 }]));
    const points = pointsOf(await layout(high.cells, boxes));
    expect(points.get(high.key)?.y).toBeLessThan(points.get(low.key)?.y ?? 0);
  });

  it("copy, paste and duplicate with the links between", () => {
    const { cells, hook, condition } = flow();
    const text = copied(cells, new Set([hook, condition]));
    const there = paste([], readCells(text) ?? [], { x: 0, y: 0 });
    expect(linksOf(there.cells)).toEqual([[hook, "on_receive", condition]]);
    const twice = duplicate(cells, new Set([hook, condition]));
    expect(twice.cells).toHaveLength(6);
    expect(linksOf(twice.cells)[1]).toEqual([twice.keys[0], "on_receive", twice.keys[1]]);
    expect(cellOf(twice.cells, twice.keys[0])).toMatchObject({ name: "webhook 2", position: { x: 42, y: 52 } });
    expect(readCells("hello")).toBeUndefined();
    expect(readCells('{"a":1}')).toBeUndefined();
  });

  it("import what JointJS drew", () => {
    const file = `{"cells":[
      {"id":"a","type":"standard.Rectangle","attrs":{"label":{"text":"Box"}},"z":1},
      {"id":"b","type":"devs.Atomic","agent_type":"webhook"},
      {"id":"l","type":"standard.Link","source":{"id":"b","port":"out"},"target":{"id":"a"},"router":{"name":"manhattan"}}]}`;
    const { cells } = paste([], readCells(file) ?? []);
    expect(cells.map((cell) => cell.type)).toEqual(["standard.Rectangle", "agent", "standard.Link"]);
    expect(cells[2]).toMatchObject({ source: { id: "b", port: "out" }, router: { name: "manhattan" } });
  });
});

describe("ports", () => {
  it("are the groups of the type, of a split's config, and of the links that leave", () => {
    const split = { type: "agent", agent_type: "split", config: { groups: [{ name: "x", weight: 9 }, { name: "y" }] } };
    expect(groupsOf(split, TYPES)).toEqual(["x", "y", "on_error"]);
    const condition = { type: "agent", agent_type: "condition", config: {} };
    expect(groupsOf(condition, TYPES)).toEqual(["on_match", "on_error"]);
    expect(portsOf(condition, TYPES, ["on_no_match"])).toEqual(["on_match", "on_no_match", "on_error"]);
    expect(groupsOf({ ...condition, config: { emit_on_no_match: true } }, TYPES)).toContain("on_no_match");
  });
});

it("places what has no position, in reading order", () => {
  const { cells } = flow();
  const bare = cells.map(({ position: _, ...cell }) => cell);
  expect(readingOrder(bare)).toEqual(keysOf(bare).slice(0, 2));
});

it("reads flow by flow, and each from left to right", () => {
  const node = (id: string, x: number, y: number) => ({ id, type: "agent", position: { x, y } });
  const link = (from: string, to: string) => ({
    id: `${from}${to}`,
    type: "link",
    source: { id: from },
    target: { id: to },
  });
  const flow = [node("up", 600, 0), node("in", 0, 100), node("split", 300, 110), node("down", 600, 200)];
  const cells = [...flow, node("other", 10, 400), link("in", "split"), link("split", "up"), link("split", "down")];
  expect(readingOrder([...cells, node("note", 900, 390)])).toEqual(["in", "split", "up", "down", "other", "note"]);
});

/** One of many actions, by numbers. */
function any(cells: Cells, [what, first, second]: [number, number, number]): Cells {
  const keys = keysOf(cells);
  const one = keys[first % Math.max(1, keys.length)] ?? "";
  const two = keys[second % Math.max(1, keys.length)] ?? "";
  const at = { x: first % 900, y: second % 700 };
  const every = [
    () => act.add(cells, stock("http_request"), at).cells,
    () => act.addFrom(cells, TYPES, stock("split"), at, one, "on_match").cells,
    () => act.insert(cells, TYPES, stock("condition"), one, at).cells,
    () => act.connect(cells, TYPES, one, two, "on_response"),
    () => act.reconnect(cells, TYPES, one, { source: two, target: one }),
    () => act.rename(cells, one, `n${second}`),
    () => act.setConfig(cells, one, { a: [first, { b: second }] }),
    () => act.setGroup(cells, one, "on_error"),
    () => act.disable(cells, [one], second % 2 === 0),
    () => act.move(cells, [one, two], at, pointsOf(cells)),
    () => act.remove(cells, [one]),
    () => act.addNote(cells, at, "note").cells,
    () => act.setNote(cells, one, `text ${second}`),
    () => duplicate(cells, new Set([one, two])).cells,
    () => paste(cells, readCells(copied(cells, new Set(keys))) ?? [], at).cells,
  ];
  return (every[what % every.length] ?? every[0])?.() ?? cells;
}

describe("undo", () => {
  it("of any actions gives the same bytes, and redo the later ones", () => {
    fc.assert(
      fc.property(
        canvas,
        fc.array(fc.tuple(fc.nat({ max: 14 }), fc.nat({ max: 999 }), fc.nat({ max: 999 })), { maxLength: 25 }),
        (text, actions) => {
          const options = readOptions(text);
          let history: History = begin(options.cells);
          const seen: string[] = [text];
          for (const action of actions) {
            const before = history;
            history = step(history, any(history.now, action));
            if (history === before) continue;
            const saved = writeOptions(options, history.now);
            // What is saved is what is shown.
            expect(readOptions(saved).cells).toEqual(history.now);
            seen.push(saved);
          }
          for (const bytes of seen.slice(0, -1).reverse()) {
            history = undo(history);
            expect(writeOptions(options, history.now)).toBe(bytes);
          }
          expect(undo(history)).toBe(history);
          for (const bytes of seen.slice(1)) {
            history = redo(history);
            expect(writeOptions(options, history.now)).toBe(bytes);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("takes a drag, or a stretch of typing, as one step", () => {
    const { cells, hook } = flow();
    let history = begin(cells);
    for (let at = 1; at <= 5; at++)
      history = step(history, act.move(history.now, [hook], { x: 1, y: 0 }), "drag 1", at);
    history = step(history, act.move(history.now, [hook], { x: 1, y: 0 }), "drag 2", 6);
    expect(history.past).toHaveLength(2);
    history = step(history, act.rename(history.now, hook, "x"), "name", 10);
    history = step(history, act.rename(history.now, hook, "xy"), "name", 5000);
    expect(history.past).toHaveLength(4);
    expect(undo(undo(undo(undo(history)))).now).toBe(cells);
  });
});

it("has agents alone in its first sample", () => expect(flow().cells.filter(isAgent)).toHaveLength(2));
