// Two windows that change one canvas lose nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { add, made, nodes } from "../canvas.mjs";
import { agent } from "../cells.mjs";
import { journeys, newProject, openWindow, program } from "../journey.mjs";

journeys({ demo: false });

const saved = async (path) => (await program.call("GET", path)).data;

test("what two windows change is shown on both sides, and nothing is lost", async () => {
  const cells = [agent("in", "webhook", [0, 0], {}, "Orders in")];
  const path = await made(program, await newProject(), "Orders", JSON.stringify({ cells }));
  const window = await openWindow();
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
