// Runs the journeys in a real browser against the real program: node tests/run.mjs PROGRAM [NAME]...
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";

const folder = new URL("journeys/", import.meta.url);
const [program, ...wanted] = process.argv.slice(2);
const all = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));
const files = all.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const paths = files.map((name) => new URL(name, folder).pathname);
// Two cores carry one browser and one program at a time.
const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", "--test-timeout=180000", ...paths], {
  stdio: "inherit",
  env: { ...process.env, ROOKERY_BINARY: resolve(program) },
});
process.exit(status ?? 1);
