// Runs the journeys in a real browser against the real program: node tests/run.mjs [NAME]...
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const folder = new URL("journeys/", import.meta.url);
const wanted = process.argv.slice(2);
const all = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));
const files = all.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const paths = files.map((name) => new URL(name, folder).pathname);
// Two cores carry one browser and one program at a time.
const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", "--test-timeout=180000", ...paths], {
  stdio: "inherit",
});
process.exit(status ?? 1);
