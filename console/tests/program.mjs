// The real program, for a journey: on a folder and a port of its own, stopped by its process.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const BINARY = process.env.ROOKERY_BINARY ?? "target/debug/rookery";
const ROOT_KEY = "the-root-key-of-the-journeys-0123456789";

/** Starts the program, with keys if `auth` is `required`, and with the demo unless `demo` is false. */
export async function start({ auth = "open", demo = true, allow = "127.0.0.1/32" } = {}) {
  const data = mkdtempSync(join(tmpdir(), "rookery-console-"));
  const args = [
    "--addr",
    "127.0.0.1:0",
    "--data",
    data,
    "--auth",
    auth,
    "--demo-sink",
    "127.0.0.1:0",
    "--egress-allow",
    allow,
  ];
  if (!demo) args.push("--no-demo");
  const env = { ...process.env, RUST_LOG: "error", ROOKERY_ROOT_KEY: ROOT_KEY };
  const child = spawn(BINARY, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // A file that takes too long is ended by its runner: the program goes with it, and nothing else here keeps the file waiting.
  process.once("SIGTERM", () => {
    child.kill("SIGKILL");
    process.exit(1);
  });
  const said = await ready(child);
  const url = said.match(/ready at (\S+)/)?.[1];
  const hook = said.match(/demo hook (\S+)/)?.[1];
  const call = async (method, path, body, key) => json(await at(method, `/api/v1${path}`, body, key));
  const at = async (method, path, body, key = auth === "required" ? ROOT_KEY : undefined) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
      // A text goes as it stands: JSON whose very bytes count.
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
  const json = (text) => (text ? JSON.parse(text) : undefined);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return {
    url,
    hook,
    call,
    ask: (path, body) => at("POST", path, body),
    text: (path) => at("GET", `/api/v1${path}`),
    stop,
    rootKey: ROOT_KEY,
  };
}

/** The line by which the program says that it is ready. */
async function ready(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("ready at")) return line;
  }
  throw new Error(`${BINARY} ended before it was ready`);
}
