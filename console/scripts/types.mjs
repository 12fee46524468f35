// Writes src/api/schema.d.ts: the types of the API, made of the document that the API's own test holds. With --check, it only says whether
// the file is the one that would be written.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const agreed = new URL(
  "../../shared/api/tests/api/snapshots/api__openapi__the_document_is_the_one_that_was_agreed.snap",
  import.meta.url,
);
const out = new URL("../src/api/schema.d.ts", import.meta.url);

const snapshot = readFileSync(agreed, "utf8");
const document = JSON.parse(snapshot.slice(snapshot.indexOf("\n{")));
const types = `// Made by \`npm run types\` of the API's document. Do not edit.\n${astToString(await openapiTS(document))}`;
if (!process.argv.includes("--check")) {
  writeFileSync(out, types);
} else if (readFileSync(out, "utf8") !== types) {
  console.error("src/api/schema.d.ts is not what the API's document gives: run `npm run types` in console/.");
  process.exit(1);
}
