// Whoever may only look is shown nothing that the API would refuse: every control of every page is pressed, and no answer is a refusal.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { journeys, openWindow, program } from "../journey.mjs";
import { seed } from "../seed.mjs";
import { listen } from "../sink.mjs";
import { walk } from "../walk.mjs";

const sink = await listen();
let shop;
const keys = {};
journeys({ auth: "required", demo: false }, async () => {
  shop = await seed(program, sink);
  for (const role of ["viewer", "editor"]) {
    keys[role] = (await program.call("POST", `/projects/${shop.project}/api_keys`, { name: role, role })).data.key;
  }
});
after(() => sink.close());

/** Each page of the table in `app.tsx`, with something on it, and the part of it that is pressed. */
function pages() {
  const project = `/projects/${shop.project}`;
  const orders = `${project}/workflows/${shop.orders}`;
  const page = ".top-bar, main";
  return [
    [`${project}/workflows`, "body"],
    ["/projects", "main"],
    [orders, "body"],
    [`${orders}?side=versions&version=1`, ".side"],
    ...["hook", "changed", "asked", "feed"].map((cell) => [`${orders}?cell=${cell}`, ".editor-panel, .wheel"]),
    [`${orders}/runs`, page],
    [`${orders}/runs/${shop.run}`, page],
    [`${orders}/metrics`, page],
    [`${project}/runs`, page],
    [`${project}/failures`, page],
    [`${project}/waiting?request=${shop.request}&of=${shop.orders}`, "body"],
    [`${project}/agents`, page],
    [`${project}/agents/guide`, page],
    [`${project}/agents/guide/instances/ada/sessions/first`, "body"],
    [`${project}/connections`, page],
    [`${project}/records`, page],
    [`${project}/metrics`, page],
    [`${project}/settings`, page],
  ];
}

/** What is pressed on a canvas by those who know its keys. */
const KEYS = [
  "a",
  "/",
  "l",
  "t",
  "w",
  "d",
  "n",
  "Delete",
  "ArrowRight",
  "Shift+o",
  "Control+d",
  "Control+x",
  "Control+v",
].concat(["Control+z", "Control+y", "Control+Enter"]);

/** The role that an operation of the API needs, as its document says. */
function needed(document, method, path) {
  const at = Object.keys(document.paths).find((template) =>
    new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`).test(path),
  );
  const operation = at && document.paths[at][method.toLowerCase()];
  assert.ok(operation, `${method} ${path} is in the API's document`);
  return operation.description ?? "";
}

/** Whether a page is a workflow's, or one of its runs. */
const isOfWorkflow = ([path]) => path.includes(shop.orders);

async function press(role, chosen) {
  const window = await openWindow();
  const { page } = window;
  await page.goto(program.url);
  await page.getByLabel("API key").fill(keys[role]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Workflows" }).waitFor();
  const document = await (await fetch(`${program.url}/openapi.json`)).json();
  const refused = [];
  const pressed = { what: "" };
  page.on("response", (response) => {
    if (response.status() === 403) refused.push(`${pressed.what}: ${response.request().method()} ${response.url()}`);
  });
  // What changes something is not done, so that all pages stay as they are: whether it would be refused is in the API's document.
  await page.route(/\/(api\/v1|p)\//, async (route) => {
    const method = route.request().method();
    const { pathname } = new URL(route.request().url());
    const needs = method === "GET" ? "" : needed(document, method, decodeURI(pathname));
    if (needs.includes("the role viewer") || method === "GET") return route.continue();
    if (!needs.includes(`the role ${role}`) && !needs.includes(`, ${role}`) && !pathname.endsWith("/session")) {
      refused.push(`${pressed.what}: ${method} ${pathname}`);
    }
    return route.fulfill({ status: 503, json: { error: { type: "not_now", message: "Nothing is changed here." } } });
  });
  let count = 0;
  for (const [path, part] of chosen) count += (await walk(window, path, part, pressed)).length;
  const [canvas] = chosen.find(([path]) => path.endsWith("?cell=changed")) ?? [];
  if (role === "viewer" && canvas) {
    await window.go(canvas);
    await page.locator(".react-flow__node.selected").focus();
    for (const key of KEYS) {
      pressed.what = `the key ${key}`;
      await page.keyboard.press(key);
    }
    // A change would be saved after a short rest.
    await page.waitForTimeout(1000);
    assert.equal(await page.locator(".finder, .wheel, .side").count(), 0, "no key opens what changes something");
  }
  assert.deepEqual(refused, [], role);
  await window.close();
  return count;
}

test("each page of the console is walked over", () => {
  const table = readFileSync(new URL("../../src/app.tsx", import.meta.url), "utf8").matchAll(/^ {2}\["([^"]+)", /gm);
  const paths = pages().map(([path]) => path.split("?")[0]);
  for (const [, page] of table) {
    // The tabs of the settings are pressed on their page.
    const wanted = new RegExp(`^/projects/[^/]+/${page.replace(/\/:tab$/, "").replaceAll(/:\w+/g, "[^/]+")}$`);
    assert.ok(
      paths.some((path) => wanted.test(path)),
      `${page} is among the pages`,
    );
  }
});

for (const [role, what] of [
  ["viewer", "nothing that would be refused"],
  ["editor", "nothing that only an owner may do"],
]) {
  // In two parts, since every control takes its moment.
  test(`of a workflow, who is ${role} is shown ${what}`, async () => {
    const count = await press(role, pages().filter(isOfWorkflow));
    assert.ok(count > 100, `${count} controls were pressed`);
  });

  test(`elsewhere, who is ${role} is shown ${what}`, async () => {
    const count = await press(
      role,
      pages().filter((page) => !isOfWorkflow(page)),
    );
    assert.ok(count > 50, `${count} controls were pressed`);
  });
}
