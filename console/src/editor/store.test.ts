import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/error";
import { addNote, rename } from "./model/actions";
import type { Change, Loaded, Server } from "./server";
import { loaded } from "./server";
import { EditorStore } from "./store";

const TEXT = '{"cells": [\n  {"id": "a", "type": "agent", "agent_type": "webhook", "big": 12345678901234567890}\n]}';

/** A server of one workflow, which counts versions as the real one does. */
class Fake implements Server {
  version = 1;
  name = "W";
  text = TEXT;
  saves: Change[] = [];
  down = false;
  losesAnswer = false;
  refuses: ApiError | undefined;
  #answer(): Loaded {
    const head: Loaded["head"] = {
      id: "w",
      name: this.name,
      description: "",
      tags: [],
      state: "new",
      version: this.version,
      built_version: 0,
      created_at: "",
      updated_at: "",
    };
    return { head, text: this.text, errors: [], warnings: [] };
  }
  load = async () => this.#answer();
  save = async (change: Change) => {
    this.saves.push(change);
    if (this.down) throw new ApiError(0, { type: "unreachable", message: "down" });
    if (this.refuses) throw this.refuses;
    if (change.version !== this.version) throw new ApiError(409, { type: "version_conflict", message: "other" });
    this.version++;
    this.text = change.text ?? this.text;
    this.name = change.name ?? this.name;
    if (this.losesAnswer) throw new ApiError(0, { type: "unreachable", message: "lost" });
    return this.#answer();
  };
  start = async () => this.#answer();
  stop = async () => this.#answer();
  restore = async () => {
    this.version++;
    this.text = TEXT;
    return this.#answer();
  };
}

let server: Fake;
let store: EditorStore;
const name = (text: string) => (cells: Parameters<typeof rename>[0]) => rename(cells, "a", text);

beforeEach(async () => {
  vi.useFakeTimers();
  server = new Fake();
  store = new EditorStore(server, await server.load());
});
afterEach(() => vi.useRealTimers());

describe("saving", () => {
  it("waits for quiet, and saves once", async () => {
    store.apply(name("x"));
    await vi.advanceTimersByTimeAsync(500);
    store.apply(name("xy"));
    expect(store.get().saving.is).toBe("saving");
    await vi.advanceTimersByTimeAsync(700);
    expect(server.saves).toHaveLength(1);
    expect(server.text).toContain("12345678901234567890");
    expect(store.get()).toMatchObject({ saving: { is: "saved" }, head: { version: 2 } });
    expect(store.dirty).toBe(false);
  });

  it("gives the first bytes back after undo", async () => {
    store.apply(name("x"));
    await store.flush();
    store.apply((cells) => addNote(cells, { x: 1, y: 2 }).cells);
    await store.flush();
    store.undo();
    store.undo();
    await store.flush();
    expect(server.text).toBe(TEXT);
  });

  it("says why it failed, and tries again", async () => {
    server.down = true;
    store.apply(name("x"));
    await vi.advanceTimersByTimeAsync(700);
    expect(store.get().saving).toMatchObject({ is: "failed" });
    server.down = false;
    await store.flush();
    expect(store.get().saving.is).toBe("saved");
  });

  it("tries again by itself once somebody answers, and says meanwhile that it failed", async () => {
    server.down = true;
    store.apply(name("x"));
    await vi.advanceTimersByTimeAsync(7000);
    expect(server.saves).toHaveLength(3);
    expect(store.get().saving).toMatchObject({ is: "failed" });
    server.down = false;
    await vi.advanceTimersByTimeAsync(8000);
    expect(store.get()).toMatchObject({ saving: { is: "saved" }, head: { version: 2 } });
  });

  it("does not try again by itself what was refused", async () => {
    server.refuses = new ApiError(422, { type: "invalid", message: "no" });
    store.apply(name("x"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.saves).toHaveLength(1);
  });

  it("knows a save of its own whose answer got lost", async () => {
    server.losesAnswer = true;
    store.apply(name("x"));
    store.rename("Mine");
    await store.flush();
    expect([server.version, store.get().saving.is]).toEqual([2, "failed"]);
    server.losesAnswer = false;
    store.apply(name("xy"));
    await store.flush();
    await store.flush();
    expect(store.get()).toMatchObject({ saving: { is: "saved" }, head: { version: 3, name: "Mine" } });
    expect(server.text).toContain('"xy"');
  });

  it("keeps what is there of a workflow that somebody deleted", async () => {
    server.refuses = new ApiError(404, { type: "not_found", message: "There is no such workflow." });
    store.apply(name("x"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([store.get().saving.is, server.saves.length]).toEqual(["gone", 1]);
    expect(store.text()).toContain('"x"');
    server.refuses = undefined;
    store.sawVersion(1);
    await store.flush();
    expect([store.get().saving.is, server.text.includes('"x"')]).toEqual(["saved", true]);
  });

  it("renames the workflow", async () => {
    store.rename(" New ");
    await store.flush();
    expect([server.name, store.get().head.name]).toEqual(["New", "New"]);
    expect(server.saves[0]?.text).toBeUndefined();
  });
});

describe("a conflict", () => {
  beforeEach(async () => {
    server.version = 2;
    server.text = TEXT.replace('"webhook"', '"webhook", "name": "theirs"').replace(
      "\n]",
      ',\n  {"id":"t","type":"note"}\n]',
    );
    store.apply(name("mine"));
    store.apply((cells) => [...cells, { id: "m", type: "note" }]);
    await store.flush();
  });

  it("keeps both sides and saves nothing", async () => {
    expect(store.get().saving.is).toBe("conflict");
    expect(store.meetings().map(({ key, by }) => [key, by])).toEqual([
      ["a", "both"],
      ["m", "mine"],
      ["t", "theirs"],
    ]);
    store.apply(name("mine too"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.saves).toHaveLength(1);
  });

  it("is settled cell by cell", async () => {
    store.settle(({ by }) => (by === "theirs" ? "theirs" : "mine"));
    await store.flush();
    expect(JSON.parse(server.text).cells.map((cell: { id: string; name?: string }) => [cell.id, cell.name])).toEqual([
      ["a", "mine"],
      ["t", undefined],
      ["m", undefined],
    ]);
    expect(server.text).toContain("12345678901234567890");
  });

  it("is settled by theirs; undo brings mine back", async () => {
    const theirs = server.text;
    store.settle(() => "theirs");
    await store.flush();
    expect([server.text, store.get().saving.is]).toEqual([theirs, "saved"]);
    store.undo();
    await store.flush();
    expect(JSON.parse(server.text).cells.map((cell: { id: string }) => cell.id)).toEqual(["a", "m"]);
  });
});

it("does not take unseen what somebody saved before a start", async () => {
  server.version = 2;
  server.text = '{"cells":[]}';
  await store.run("start");
  expect(store.get()).toMatchObject({ head: { version: 1 }, elsewhere: 2 });
  store.apply(name("x"));
  await store.flush();
  expect([store.get().saving.is, server.text]).toEqual(["conflict", '{"cells":[]}']);
});

it("saves what is changed during a start after it", async () => {
  const started = store.run("start");
  store.apply(name("x"));
  await started;
  await vi.advanceTimersByTimeAsync(700);
  expect([store.get().saving.is, server.text.includes('"x"')]).toEqual(["saved", true]);
});

it("restores a version, which can be undone", async () => {
  store.apply(name("x"));
  await store.run({ restore: 1 });
  expect(store.get().cells[0]?.name).toBeUndefined();
  store.undo();
  await store.flush();
  expect(server.text).toContain('"x"');
});

it("tells of a version that somebody else saved, and takes it when asked", async () => {
  server.version = 2;
  server.text = '{"cells":[]}';
  store.sawVersion(2);
  expect(store.get().elsewhere).toBe(2);
  await store.reload();
  expect(store.get()).toMatchObject({ cells: [], head: { version: 2 }, saving: { is: "saved" } });
});

it("reads an answer with the bytes of its canvas", () => {
  const answer = `{"status":"ok","data":{"id":"w","options":${TEXT},"name":"W"},"meta":{"errors":[],"warnings":[]}}`;
  expect(loaded(answer)).toMatchObject({ text: TEXT, head: { id: "w", name: "W" } });
});
