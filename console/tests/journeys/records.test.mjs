// Somebody makes a segment and a list, writes records, finds them, and puts a trigger on a workflow that names them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { made, node } from "../canvas.mjs";
import { agent } from "../cells.mjs";
import { journeys, newProject, openWindow, program, until } from "../journey.mjs";

let project;
journeys({ demo: false }, async () => {
  project = await newProject();
  const person = (id, city) => ({ kind: "person", id, attributes: { city } });
  const records = [person("ada", "Paris"), person("bob", "Rome"), { kind: "ship", id: "argo", attributes: {} }];
  await program.call("POST", `/projects/${project}/records`, { records });
});

test("a segment is made of a condition, fills, and leads to its records", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(`/projects/${project}/records?tab=segments`);
  await page.getByRole("button", { name: "New segment" }).click();
  const form = page.getByRole("form", { name: "New segment" });
  await form.getByLabel("Name").fill("In Paris");
  await form.getByRole("button", { name: "As JSON" }).click();
  const json = form.locator(".cm-content, textarea").first();
  await json.fill('{"path": "city", "operator": "eq", "value": "Paris"}');
  await json.press("Tab");
  await form.getByRole("button", { name: "Make the segment" }).click();
  const row = page.getByRole("table", { name: "Segments" }).locator("[data-row]");
  await row.getByText("ready").waitFor();
  assert.match(await row.textContent(), /In Paris.*person.*city is "Paris".*1/);
  await window.check("segments");
  await row.getByText("In Paris").click();
  const records = page.getByRole("table", { name: "Records" });
  await records.getByText("ada").waitFor();
  assert.equal(await records.locator("[data-row]").count(), 1, "whoever is elsewhere is not shown");
  await window.close();
});

test("a list is made, a record is put into it and written anew, and filters find it", async () => {
  const window = await openWindow();
  const { page } = window;
  await window.go(`/projects/${project}/records?tab=lists`);
  await page.getByRole("button", { name: "New list" }).click();
  const form = page.getByRole("form", { name: "New list" });
  await form.getByLabel("Name").fill("Sales");
  await form.getByLabel("Stages").fill("new\nwon");
  await form.getByRole("button", { name: "Make the list" }).click();
  await page.getByText("new → won").waitFor();
  await page.getByRole("tab", { name: "Records" }).click();
  const records = page.getByRole("table", { name: "Records" });
  await records.getByText("bob").click();
  const one = page.getByRole("complementary", { name: "Record" });
  await one.getByLabel("Stage in Sales").selectOption("won");
  await one.getByRole("button", { name: "Change", exact: true }).click();
  await one.getByLabel("Attributes").fill('{"city": "Paris"}');
  await one.getByRole("button", { name: "Save" }).click();
  await one.getByRole("link", { name: "In Paris" }).waitFor();
  await window.check("a record");
  await page.getByLabel("List", { exact: true }).selectOption({ label: "Sales" });
  await page.getByLabel("Stage", { exact: true }).selectOption("won");
  await until("bob alone is there", async () => (await records.locator("[data-row]").count()) === 1);
  const { data } = await program.call("GET", `/projects/${project}/records/person/bob`);
  assert.equal(data.lists[0].stage, "won");
  await window.close();
});

test("a trigger offers the segments of its kind", async () => {
  const window = await openWindow();
  const { page } = window;
  const cells = [agent("in", "person_segment", [0, 0], {}, "Whoever comes to Paris")];
  await window.go(`${await made(program, project, "Arrivals", JSON.stringify({ cells }))}?cell=in`);
  await node(page, "in").waitFor();
  const choice = page.getByLabel("Segment id");
  await choice.selectOption({ label: "In Paris" });
  await until("it is saved", async () => {
    const { data } = await program.call("GET", `/projects/${project}/workflows`);
    const { data: saved } = await program.call("GET", `/projects/${project}/workflows/${data[0].id}`);
    return saved.options.cells[0].config.segment_id;
  });
  await window.close();
});
