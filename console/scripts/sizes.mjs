// What a browser loads, gzipped, held against what we allow. The shell is what every page needs; the editor's first view is the shell's
// sibling; whatever is loaded later is a part.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const KB = 1000;
const LIMITS = { shell: 110 * KB, editor: 150 * KB, part: 120 * KB, all: 420 * KB };

const zipped = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
const files = readdirSync(new URL("assets/", dist)).map((name) => `assets/${name}`);
const size = new Map(files.map((name) => [name, zipped(name)]));
const index = readFileSync(new URL("index.html", dist), "utf8");

const shell = files.filter((name) => index.includes(name));
/** What a chunk imports at once: its own chunks that the shell does not have. */
function needs(name, found = new Set()) {
  if (found.has(name) || shell.includes(name)) return found;
  found.add(name);
  if (name.endsWith(".js")) {
    const text = readFileSync(new URL(name, dist), "utf8");
    for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) needs(`assets/${other}`, found);
  }
  return found;
}
const sum = (names) => [...names].reduce((total, name) => total + (size.get(name) ?? 0), 0);
const named = (name) => files.filter((file) => file.startsWith(`assets/${name}-`));

const rows = [["shell", sum(shell) + zipped("index.html"), LIMITS.shell]];
const editor = named("editor").flatMap((name) => [...needs(name)]);
rows.push(["editor", sum(new Set(editor)), LIMITS.editor]);
for (const name of files) {
  if (!shell.includes(name) && !editor.includes(name) && size.get(name) > 20 * KB)
    rows.push([name, size.get(name), LIMITS.part]);
}
rows.push(["all", sum(files), LIMITS.all]);

let failed = false;
for (const [name, bytes, limit] of rows) {
  const over = bytes > limit;
  failed ||= over;
  console.log(`${over ? "TOO LARGE" : "ok"} ${name}: ${(bytes / KB).toFixed(1)} kB gzip of ${limit / KB}`);
}
if (failed) process.exit(1);
