// A canvas that was drawn with JointJS comes in by a file, is seen, and keeps its bytes; so do cells that are copied into another browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, find, isSaved, made, node, nodes } from "../canvas.mjs";
import { journeys, newProject, openWindow, program } from "../journey.mjs";

let project;
journeys({ demo: false }, async () => {
  project = await newProject();
});

/** The cells as JointJS saves them, with what our canvas knows nothing of, and with numbers and signs that no console would write so. */
const HOOK = `{"type":"devs.Atomic","id":"6f0c7a5e-0001","agent_type":"webhook","name":"Orders in","size":{"width":120,"height":60},"position":{"x":50.50,"y":1e2},"angle":0,"z":1,"config":{},"ports":{"items":[{"id":"out","group":"out","args":{"y":3.0}}]},"attrs":{".label":{"text":"Gr\\u00fc\\u00dfe <b>"}}}`;
const LARGE = `{"type":"standard.Rectangle", "id":"6f0c7a5e-0002", "agent_type":"condition", "name":"Large ones", "config":{"condition":{"path":"total","operator":"gt","value":100.00}}, "position":{"x":420,"y":100}, "attrs":{"body":{"fill":"#fff", "stroke":"#000"}}}`;
const DRAWING = `{"type":"standard.Cylinder","id":"6f0c7a5e-0003","position":{"x":50,"y":320},"size":{"width":140,"height":90},"attrs":{"label":{"text":"The old store"}},"z":3}`;
const LINK = `{"type":"standard.Link","id":"6f0c7a5e-0004","source":{"id":"6f0c7a5e-0001","port":"out"},"target":{"id":"6f0c7a5e-0002"},"group_id":"on_receive","router":{"name":"manhattan"},"vertices":[{"x":300.0,"y":10}],"z":-1}`;
const DRAWN = `{"type":"standard.DoubleLink","id":"6f0c7a5e-0005","source":{"id":"6f0c7a5e-0003"},"target":{"x":10,"y":20},"z":-2}`;
const FILE = `{\n  "cells" : [${[HOOK, LARGE, DRAWING, LINK, DRAWN].join(",\n    ")}\n  ],\n  "zoom": 0.70\n}\n`;
const CELLS = ["6f0c7a5e-0001", "6f0c7a5e-0002", "6f0c7a5e-0003"];

const file = { name: "Orders of old.json", mimeType: "application/json", buffer: Buffer.from(FILE) };

/** Chooses the file where a button asks for one. */
async function bring(page) {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import a file" }).click();
  await (await chooser).setFiles(file);
}

async function isDrawn(page) {
  for (const id of CELLS) await node(page, id).waitFor();
  await page.locator(".react-flow__edge").first().waitFor({ state: "attached" });
  await node(page, CELLS[0]).getByText("Orders in").waitFor();
  await node(page, CELLS[2]).getByText("The old store").waitFor();
}

test("a file of JointJS becomes a workflow, and keeps its bytes but for what is changed", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(`/projects/${project}/workflows`);
  await bring(page);
  await page.getByText("was imported.").waitFor();
  await window.check("what is told of an import");
  await page.getByRole("status").getByRole("link", { name: "Orders of old" }).click();
  await isDrawn(page);
  await window.check("a canvas of JointJS");
  const path = new URL(page.url()).pathname.replace("/console", "");
  assert.equal(await bytesOf(program, path), FILE.trim());
  await find(page, "The old store");
  await page.keyboard.press("ArrowRight");
  await isSaved(page);
  const moved = DRAWING.replace(`"x":50,`, `"x":58,`);
  assert.equal(await bytesOf(program, path), FILE.trim().replace(DRAWING, moved), "what was not moved is as it was");
  await page.keyboard.press("Control+z");
  await page.getByRole("button", { name: /^Undo/ }).and(page.locator(":disabled")).waitFor();
  await isSaved(page);
  assert.equal(await bytesOf(program, path), FILE.trim());
  await window.close();
});

test("a file of JointJS is brought onto an empty canvas, and copied into a workflow of another browser", async () => {
  const [one, other] = [await openWindow(), await openWindow()];
  const [from, to] = [
    await made(program, project, "From", `{"cells":[]}`),
    await made(program, project, "To", `{"cells":[]}`),
  ];
  await one.go(from);
  await bring(one.page);
  await isDrawn(one.page);
  await isSaved(one.page);
  // What names an agent's type is an agent here, whatever it was drawn as.
  const agents = [HOOK.replace("devs.Atomic", "agent"), LARGE.replace("standard.Rectangle", "agent")];
  const brought = await bytesOf(program, from);
  for (const cell of [...agents, DRAWING, LINK]) assert.ok(brought.includes(cell), `${cell} is in ${brought}`);
  await one.page.keyboard.press("Control+a");
  await one.page.keyboard.press("Control+c");
  await other.go(to);
  await other.page.getByText("Begin with a trigger").waitFor();
  await other.page.keyboard.press("Control+v");
  await isDrawn(other.page);
  await isSaved(other.page);
  const pasted = await bytesOf(program, to);
  const still = (cell) => cell.replace(/"position":\{.*?\}/, "");
  const cells = JSON.parse(pasted).cells.map(({ id }) => id);
  assert.deepEqual(cells, [...CELLS, "6f0c7a5e-0004"]);
  for (const cell of [...agents, DRAWING, LINK]) {
    const [before, after] = cell.split(/"position":\{.*?\}/);
    assert.ok(pasted.includes(before) && pasted.includes(after ?? ""), `${still(cell)} is in ${pasted}`);
  }
  await nodes(other.page).first().waitFor();
  await one.close();
  await other.close();
});
