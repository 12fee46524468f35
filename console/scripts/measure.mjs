// Measures how fast the console is, in Chromium against the real program: node scripts/measure.mjs PROGRAM
//   --dist FOLDER    measures this build in place of the one in the program; given twice, two builds beside each other
//   --scene NAME     measures these scenes alone (may stand more than once)
//   --rounds N       medians of so many rounds (5)
// PROGRAM may also be the address of one that runs: then its data is made once, and found again.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { dataOf } from "./measure/data.mjs";
import { SCENES } from "./measure/scenes.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dist: { type: "string", multiple: true, default: [] },
    scene: { type: "string", multiple: true, default: Object.keys(SCENES) },
    rounds: { type: "string", default: "5" },
  },
});
const [given = "target/debug/rookery"] = positionals;

async function program() {
  if (!/^https?:/.test(given)) {
    process.env.ROOKERY_BINARY = given;
    const { start } = await import("../tests/program.mjs");
    return start();
  }
  const call = async (method, path, body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${given}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return { url: given, call, stop: async () => {} };
}

const server = await program();
process.env.ROOKERY = server.url;
const consoles = [];
const root = new URL("..", import.meta.url).pathname;
for (const outDir of values.dist) {
  const shown = await preview({
    root,
    build: { outDir: resolve(outDir) },
    preview: { port: 0, host: "127.0.0.1" },
    logLevel: "error",
  });
  consoles.push({
    name: outDir,
    url: `http://127.0.0.1:${shown.httpServer.address().port}`,
    close: () => shown.close(),
  });
}
if (consoles.length === 0) consoles.push({ name: "median", url: server.url, close: async () => {} });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  console.error("Making the data (minutes, at first) ...");
  const data = await dataOf(server.call);
  const demo = (await server.call("GET", "/projects")).data.find(({ name }) => name === "Demo").id;
  const [workflow] = (await server.call("GET", `/projects/${demo}/workflows`)).data;
  const found = new Map();
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const { name, url } of consoles) {
      // From the demo's project alone, its one workflow is meant.
      const editor = (project, id = workflow.id) => `${url}/console/projects/${project}/workflows/${id}`;
      for (const scene of values.scene) {
        const numbers = await SCENES[scene](browser, { url, editor, demo, data });
        for (const [row, number] of Object.entries(numbers)) {
          const columns = found.get(row) ?? new Map();
          columns.set(name, [...(columns.get(name) ?? []), number]);
          found.set(row, columns);
        }
      }
    }
    console.error(`Round ${round} of ${values.rounds}`);
  }
  const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
  const told = (all) =>
    all ? median(all).toLocaleString("en-US", { maximumFractionDigits: median(all) < 100 ? 1 : 0 }) : "";
  const names = consoles.map(({ name }) => name);
  console.log(`| | ${names.join(" | ")} |\n|---|${names.map(() => "---:|").join("")}`);
  for (const [row, columns] of found)
    console.log(`| ${row} | ${names.map((name) => told(columns.get(name))).join(" | ")} |`);
} finally {
  await browser.close();
  for (const { close } of consoles) await close();
  await server.stop();
}
