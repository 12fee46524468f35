import { beforeEach, describe, expect, it } from "vitest";
import { type Cells, endOf, groupOf, isLink, textOf } from "../model/cells";
import { TYPES } from "../model/samples";
import type { Loaded, Server } from "../server";
import { EditorStore } from "../store";
import { type Commands, commandsOf } from "./commands";

const head: Loaded["head"] = {
  id: "w",
  name: "W",
  description: "",
  tags: [],
  state: "new",
  version: 1,
  built_version: 0,
  created_at: "",
  updated_at: "",
};
const answer: Loaded = { head, text: '{"cells":[]}', errors: [], warnings: [] };
const give = async () => answer;
const server: Server = { load: give, save: give, start: give, stop: give, restore: give };

let store: EditorStore;
let commands: Commands;
const stock = (name: string) => {
  const type = TYPES.get(name);
  if (!type) throw new Error(name);
  return { type };
};
const links = (cells: Cells) =>
  cells.filter(isLink).map((cell) => [endOf(cell, "source"), groupOf(cell), endOf(cell, "target")]);

beforeEach(() => {
  store = new EditorStore(server, answer);
  commands = commandsOf(store, TYPES, { boxes: () => new Map(), midst: () => ({ x: 500, y: 300 }) });
});

describe("commands", () => {
  it("put agents beside the selected one, linked by its usual group", () => {
    const hook = commands.put(stock("webhook"));
    const split = commands.put(stock("split"));
    const call = commands.put(stock("http_request"));
    expect(links(store.get().cells)).toEqual([
      [hook, "on_receive", split],
      [split, "a", call],
    ]);
    expect([...store.get().selection]).toEqual([call]);
    expect(commands.beside(hook, 1)).toBe(split);
    expect(commands.beside(hook, -1)).toBeUndefined();
  });

  it("put a trigger beside nothing", () => {
    commands.put(stock("webhook"));
    commands.put(stock("webhook"));
    expect(links(store.get().cells)).toEqual([]);
  });

  it("bring a file in as it was written, also from within a file of ours", () => {
    const cell = `{"id":"a", "type":"standard.Rectangle", "agent_type":"delay", "position":{"x":1.50,"y":2}, "z":1e0}`;
    expect(commands.bring(`{"format":"rookery.workflow/1","options":{"cells":[ ${cell} ]}}`)).toBe("a");
    const [brought] = store.get().cells;
    expect(brought && textOf(brought)).toBe(cell.replace("standard.Rectangle", "agent"));
    expect(commands.bring("no cells")).toBeUndefined();
  });

  it("copy and paste a little aside, and in the midst of another canvas", () => {
    const hook = commands.put(stock("webhook"), { x: 10, y: 20 });
    const text = commands.copy() ?? "";
    expect(commands.paste(text)).toBe(true);
    expect(store.get().cells[1]?.position).toEqual({ x: 42, y: 52 });
    store.select([hook ?? ""]);
    commands.remove();
    store.select(store.get().cells.map((cell) => String(cell.id)));
    commands.remove();
    expect(commands.paste(text)).toBe(true);
    expect(store.get().cells[0]?.position).toEqual({ x: 500, y: 300 });
    expect(commands.paste("no cells")).toBe(false);
  });

  it("undo a row of nudges as one step, and disable all or enable all", () => {
    commands.put(stock("webhook"), { x: 0, y: 0 });
    const before = store.get().cells;
    for (let at = 0; at < 5; at++) commands.nudge({ x: 8, y: 0 });
    expect(store.get().cells[0]?.position).toEqual({ x: 40, y: 0 });
    store.undo();
    expect(store.get().cells).toBe(before);
    commands.disable();
    expect(store.get().cells[0]?.disabled).toBe(true);
    commands.disable();
    expect(store.get().cells[0]).not.toHaveProperty("disabled");
  });

  it("change nothing for whoever may only look", () => {
    store = new EditorStore(server, answer, false);
    commands = commandsOf(store, TYPES, { boxes: () => new Map(), midst: () => ({ x: 0, y: 0 }) });
    commands.put(stock("webhook"));
    expect(store.get().cells).toEqual([]);
  });
});
