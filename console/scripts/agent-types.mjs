// Writes all agent types, with their schemas and examples, for the tests of the forms: from a program that runs, as
// `ROOKERY=http://127.0.0.1:8080 node scripts/agent-types.mjs`.
import { writeFileSync } from "node:fs";

const server = process.env.ROOKERY ?? "http://127.0.0.1:8080";
const read = async (path) => (await fetch(`${server}/api/v1/projects${path}`)).json();

const [project] = (await read("")).data;
const types = (await read(`/${project.id}/workflows/agent_types`)).data;
const shown = types.map(({ type, kind, title, groups, config_schema, defaults, examples }) => ({
  type,
  kind,
  title,
  groups,
  config_schema,
  defaults,
  examples: examples.map(({ title, config }) => ({ title, config })),
}));
writeFileSync(new URL("../src/forms/fixtures/agent_types.json", import.meta.url), `${JSON.stringify(shown)}\n`);
console.log(`${shown.length} types are written.`);
