// Whatever was done to a canvas is undone to the same bytes, and done again to the same bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { add, bytesOf, choose, find, isSaved, link, made, node, nodes, panel } from "../canvas.mjs";
import { hand } from "../hand.mjs";
import { journeys, newProject, openWindow, program, until } from "../journey.mjs";

let project;
journeys({ demo: false }, async () => {
  project = await newProject();
});

/** As somebody else wrote it: with spaces, numbers and fields that no console would write. */
const WRITTEN = `{ "zoom" : 1.50, "cells" :[
   {"type":"agent", "id":"in", "agent_type":"webhook", "name":"Orders in", "position":{"x": 40.0,"y":160}, "config":{}, "z": 1e0},
   { "id": "large", "type": "agent", "agent_type": "condition", "name": "Large ones", "position": { "y": 160, "x": 400, "angle": -0 },
     "config": { "condition": { "path": "total", "operator": "gt", "value": 100.00 } } },
   {"id":"box","type":"standard.Ellipse","position":{"x":40,"y":480},"size":{"width":120,"height":60},"attrs":{"label":{"text":"\\u0061 drawing"}}},
   {"id":"l1","type":"link","source":{"id":"in","port":"out"},"target":{"id":"large"},"group_id":"on_receive","vertices":[{"x":1,"y":2.50}]}
 ], "more":{"b":1,"a":[ ]} }`;

/** A canvas of another tool, dropped onto this one. */
const DROPPED = `{"cells": [{"id":"e","type":"standard.Rectangle","agent_type":"delay","name":"Later","position":{"x":9,"y":9},"config":{"seconds":5}}]}`;

const pressed = (page, key) => page.keyboard.press(key);

async function arrange(page, how) {
  await page.getByRole("button", { name: "Arrange" }).click();
  await page.getByRole("menuitem", { name: how }).click();
}

/** Goes to what can be done with the link that leaves an agent. */
async function toLink(page, from, group) {
  await find(page, from);
  await pressed(page, "l");
  await choose(page, "Link which events?", group);
  await page.getByRole("toolbar", { name: "Actions of the link" }).waitFor();
}

/** Each is one step for whoever undoes it. */
const ACTIONS = [
  [
    "add",
    async (page) => {
      await find(page, "Large ones");
      await add(page, "HTTP request");
    },
  ],
  [
    "rename",
    async (page) => {
      await pressed(page, "Enter");
      await panel(page).getByLabel("Name of the agent").fill("Tell the shop");
    },
  ],
  [
    "configure",
    async (page) => panel(page).getByLabel("Url", { exact: false }).first().fill("http://127.0.0.1/{{ total }}"),
  ],
  [
    "disable",
    async (page) => {
      await find(page, "Tell the shop");
      await pressed(page, "d");
    },
  ],
  ["duplicate", (page) => pressed(page, "Control+d")],
  ["nudge", (page) => pressed(page, "Shift+ArrowDown")],
  [
    "drag",
    async (page) => {
      await page.getByRole("button", { name: "Close the panel" }).click();
      await page.getByRole("button", { name: /^Show all/ }).click();
      await hand(page).drag(node(page, "box"), { by: { x: 70, y: 20 } });
    },
  ],
  [
    "align",
    async (page) => {
      await pressed(page, "Control+a");
      await arrange(page, "Align top");
    },
  ],
  ["spread", (page) => arrange(page, "Spread across")],
  [
    "layout",
    async (page) => {
      const place = () => node(page, "box").getAttribute("style");
      const before = await place();
      await arrange(page, "Lay");
      await until("it is laid out", async () => (await place()) !== before);
    },
  ],
  [
    "paste",
    async (page) => {
      await find(page, "Large ones");
      await pressed(page, "Control+c");
      const before = await nodes(page).count();
      await pressed(page, "Control+v");
      await nodes(page).nth(before).waitFor();
    },
  ],
  ["delete", (page) => pressed(page, "Delete")],
  [
    "note",
    async (page) => {
      await find(page, "Orders in");
      await pressed(page, "n");
    },
  ],
  ["write a note", (page) => page.getByLabel("Text of the note").fill("Ask Ada <b>first</b>")],
  [
    "link anew",
    async (page) => {
      await toLink(page, "Orders in", "on_receive →");
      await page.getByRole("button", { name: "on_receive" }).click();
      await page.getByRole("menuitem", { name: "All events" }).click();
    },
  ],
  [
    "insert",
    async (page) => {
      await page.getByRole("button", { name: "Insert an agent here" }).click();
      await choose(page, "Add an agent", "delay");
    },
  ],
  [
    "unlink",
    async (page) => {
      await toLink(page, "Orders in", "All events →");
      await page.getByRole("button", { name: "Delete the link" }).click();
    },
  ],
  [
    "link",
    async (page) => {
      await find(page, "Orders in");
      await link(page, "on_receive", "Large ones");
    },
  ],
  [
    "import",
    async (page) => {
      const before = await nodes(page).count();
      const data = await page.evaluateHandle((text) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], "canvas.json", { type: "application/json" }));
        return transfer;
      }, DROPPED);
      await page.dispatchEvent(".graph.is-edited", "drop", { dataTransfer: data, clientX: 700, clientY: 500 });
      await nodes(page).nth(before).waitFor();
    },
  ],
  ["cut", (page) => pressed(page, "Control+x")],
  [
    "restore",
    async (page) => {
      await isSaved(page);
      await page.getByRole("button", { name: "Versions" }).click();
      await page.getByRole("button", { name: /^v1\b/ }).click();
      await page.getByRole("button", { name: "Restore v1" }).click();
      await nodes(page).nth(3).waitFor({ state: "detached" });
    },
  ],
];

test("twenty mixed actions are undone to the same bytes, and done again", async () => {
  const path = await made(program, project, "Orders", WRITTEN);
  const window = await openWindow();
  const { page } = window;
  await window.go(path);
  await nodes(page).nth(2).waitFor();
  const now = async () => {
    await isSaved(page);
    return bytesOf(program, path);
  };
  // What was saved after so many actions. Not after each: a save waits for a short rest.
  const bytes = new Map([[0, await now()]]);
  assert.equal(bytes.get(0), WRITTEN, "what is read is what was written");
  for (const [at, [name, act]] of ACTIONS.entries()) {
    await act(page);
    const steps = await page.evaluate(() => document.querySelector("[aria-label^=Undo]").disabled);
    assert.equal(steps, false, name);
    if (at % 4 === 3 || at >= ACTIONS.length - 2) bytes.set(at + 1, await now());
  }
  assert.equal(bytes.get(ACTIONS.length), WRITTEN, "what is restored is what was written");
  assert.equal(new Set(bytes.values()).size, bytes.size - 1, "all else differs");
  await window.check("a canvas on which much was done");
  const ways = { "Control+z": -1, "Control+Shift+Z": 1 };
  for (const [key, by] of Object.entries(ways)) {
    for (let at = by === 1 ? 1 : ACTIONS.length - 1; at >= 0 && at <= ACTIONS.length; at += by) {
      const { length } = ACTIONS;
      await pressed(page, key);
      if (bytes.has(at)) assert.equal(await now(), bytes.get(at), `${key} to ${at} of ${length}`);
    }
    const done = page.getByRole("button", { name: by === 1 ? /^Redo/ : /^Undo/ });
    assert.ok(await done.isDisabled(), "each action was one step");
  }
  await window.close();
});
