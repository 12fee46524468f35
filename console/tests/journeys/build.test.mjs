// Two windows that change one canvas lose nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { add, nodes } from "../canvas.mjs";
import { start } from "../program.mjs";

let program;
let browser;
let project;
before(async () => {
  [program, browser] = await Promise.all([start({ demo: false }), open()]);
  project = (await program.call("POST", "/projects", { name: "Shop" })).data.id;
});
after(async () => {
  await browser.close();
  await program.stop();
});

const made = async (cells) => {
  const path = `/projects/${project}/workflows`;
  return `${path}/${(await program.call("POST", path, { name: "Orders", options: { cells } })).data.id}`;
};
const saved = async (path) => (await program.call("GET", path)).data;

test("what two windows change is shown on both sides, and nothing is lost", async () => {
  const cells = [
    { id: "in", type: "agent", agent_type: "webhook", name: "Orders in", config: {}, position: { x: 0, y: 0 } },
  ];
  const path = await made(cells);
  const window = await browser.window({ url: program.url });
  const { page } = window;
  await window.go(path);
  await nodes(page).first().waitFor();
  const { version } = await saved(path);
  const theirs = [{ ...cells[0], name: "Renamed elsewhere" }];
  await program.call("PUT", path, { options: { cells: theirs }, version });
  await nodes(page).first().focus();
  await add(page, "condition");
  const conflict = page.getByRole("complementary", { name: "Changed elsewhere" });
  await conflict.waitFor();
  await conflict.getByText("Renamed elsewhere").first().waitFor();
  assert.deepEqual((await saved(path)).options.cells, theirs, "theirs stands until somebody has chosen");
  await window.check("a conflict");
  await window.close();
});
