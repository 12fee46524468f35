// A newcomer with a mouse: a webhook, a condition, a split and two HTTP calls are dragged together on an empty canvas, configured in the panel,
// tried on an event that came, and started; then events are seen travelling. No JSON is written.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hand } from "../hand.mjs";
import { journeys, openWindow, program, until } from "../journey.mjs";
import { listen } from "../sink.mjs";

const sink = await listen();
sink.answer("/mail", 200);
sink.answer("/chat", 200);
journeys();
after(() => sink.close());

const shown = (page) => {
  const node = (name) => page.locator(`.react-flow__node[aria-label^="${name}, "]`);
  return {
    node,
    port: (name, group) => node(name).locator(`[data-handleid="${group}"]`),
    stencil: (name) => page.getByRole("complementary", { name: "Stencil" }).getByRole("button", { name, exact: true }),
    panel: (name) => page.getByRole("region", { name: `Agent ${name}`, exact: true }),
  };
};

const post = async (hook, order) => {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(hook, { method: "POST", headers, body: JSON.stringify({ order }) });
  assert.equal(answer.status, 202);
};

test("a flow is dragged together, configured, tried and started by mouse, and events travel", async () => {
  const window = await openWindow();
  const { page } = window;
  const { stencil, node, port, panel } = shown(page);
  const mouse = hand(page);
  const button = (name) => page.getByRole("button", { name, exact: true });
  await page.goto(program.url);

  // A webhook alone is started first: from then on, the rest is built on what really comes.
  await mouse.click(page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Workflows" }));
  await mouse.click(button("New workflow"));
  await page.getByText("Begin with a trigger").waitFor();
  const canvas = await page.getByRole("application", { name: "Canvas" }).boundingBox();
  const on = (x, y) => ({ x: canvas.x + x, y: canvas.y + y });
  await mouse.drag(stencil("Webhook"), on(180, 220));
  await node("Webhook").waitFor();
  const box = await node("Webhook").boundingBox();
  assert.ok(Math.abs(box.x + box.width / 2 - canvas.x - 180) < 2, "it stands where it was dropped");
  await mouse.click(button("Start"));
  await mouse.click(
    page.getByRole("complementary", { name: "Start" }).getByRole("button", { name: "Start", exact: true }),
  );
  await page.getByText("active", { exact: true }).waitFor();
  await mouse.click(node("Webhook"));
  const address = panel("Webhook")
    .getByText(/\/hooks\//)
    .first();
  await address.waitFor();
  const hook = (await address.textContent()).match(/http\S+\/hooks\/\w+/)[0];
  await window.check("a webhook that was started");
  await post(hook, { id: 1, total: 250 });
  await node("Webhook").getByText("1 out").waitFor();

  // The rest is dragged and linked: onto the canvas, onto a link, out of a port.
  await mouse.click(button("Close the panel"));
  await mouse.drag(stencil("Split"), on(640, 220));
  await node("Split").waitFor();
  await mouse.drag(port("Webhook", "on_receive"), port("Split", "in"));
  await page.locator(".react-flow__edge").waitFor({ state: "attached" });
  await mouse.drag(stencil("Condition"), on(410, 222));
  await node("Condition").waitFor();
  await page.locator(".react-flow__edge").nth(1).waitFor({ state: "attached" });
  await mouse.drag(port("Split", "a"), { by: { x: 120, y: -120 } });
  await page.getByPlaceholder("What takes a?").waitFor();
  await mouse.type("http");
  await mouse.click(page.getByRole("option", { name: /^HTTP request/ }).first());
  await node("HTTP request").first().waitFor();
  await mouse.drag(stencil("HTTP request"), on(920, 420));
  await node("HTTP request 2").waitFor();
  await mouse.drag(port("Split", "b"), port("HTTP request 2", "in"));
  await page.locator(".react-flow__edge").nth(3).waitFor({ state: "attached" });
  await window.check("a flow that is dragged together");

  await mouse.click(node("Condition"));
  const condition = panel("Condition");
  await mouse.write(condition.getByLabel("Where"), "order.total");
  await mouse.choose(condition.getByLabel("How to compare"), "is at least");
  await mouse.write(condition.getByLabel("Value", { exact: true }), "100");
  await condition.getByText("goes on in").waitFor();

  await mouse.click(node("Split"));
  const split = panel("Split");
  await mouse.write(split.getByLabel("Group 1: name"), "mail");
  await mouse.write(split.getByLabel("Group 2: name"), "chat");
  await mouse.write(split.getByLabel("Group 1: weight"), "3");
  await split.getByText("75 %").waitFor();
  await node("Split").getByText("mail").waitFor();

  await mouse.click(page.getByRole("button", { name: "Show all" }));
  await mouse.click(node("HTTP request"));
  await panel("HTTP request").waitFor();
  await mouse.write(panel("HTTP request").getByLabel("Url"), `${sink.url}/mail`);
  await mouse.click(node("HTTP request 2"));
  await mouse.write(panel("HTTP request 2").getByLabel("Url"), `${sink.url}/chat`);
  await page.getByRole("button", { name: /problem/ }).waitFor({ state: "hidden" });

  // It is tried on the event that came, and nothing is sent.
  await mouse.click(node("Condition"));
  await mouse.click(condition.getByRole("tab", { name: "Try" }));
  await mouse.click(condition.getByRole("button", { name: "Try", exact: true }));
  await condition.getByText("The payload goes on unchanged.").waitFor();
  await window.check("an agent that was tried");
  await mouse.click(node("HTTP request"));
  const call = panel("HTTP request");
  await call
    .getByLabel("Event to try with")
    .getByRole("option", { name: /from Webhook/ })
    .waitFor({ state: "attached" });
  await mouse.click(call.getByRole("button", { name: "Try", exact: true }));
  await call.getByText("It would call").waitFor();
  await call.getByText(`POST ${sink.url}/mail`).waitFor();
  assert.deepEqual(sink.got, [], "nothing was sent");

  // The new version runs, and events travel.
  const run = /^Run v\d+$/;
  await mouse.click(page.getByRole("button", { name: run }));
  const changes = page.getByRole("complementary", { name: "Run or stop" });
  await changes.getByText("8 new").waitFor();
  await window.check("what will change");
  await mouse.click(changes.getByRole("button", { name: run }));
  await changes.waitFor({ state: "hidden" });
  await button("Stop").waitFor();
  const orders = Array.from({ length: 24 }, (_, at) => ({ id: at + 2, total: at % 6 === 0 ? 50 : 250 }));
  for (const order of orders) await post(hook, order);
  await node("Webhook").getByText("25 out").waitFor();
  await node("Condition").getByText("24 in").waitFor();
  await node("Split").getByText("20 in").waitFor();
  const counted = () => page.locator('[aria-label^="HTTP request"] .node-foot').allTextContents();
  const counts = async () => (await counted()).map((text) => Number.parseInt(text, 10) || 0);
  await until("the calls are counted on the canvas", async () => (await counts()).reduce((a, b) => a + b, 0) >= 20);
  const taken = (path) => sink.got.filter((each) => each.path === path);
  assert.deepEqual(await counts(), [taken("/mail").length, taken("/chat").length]);
  assert.equal(sink.got.length, 20);
  assert.ok(sink.got.every(({ body }) => body.order.total === 250));

  // A click on an agent shows its last event in and out.
  await mouse.click(call.getByRole("tab", { name: "Events" }));
  await call.getByText("In", { exact: true }).waitFor();
  await call.getByText("Out", { exact: true }).waitFor();
  await call
    .getByText(/"?total"?/)
    .first()
    .waitFor();
  await window.check("the last event in and out");
  assert.ok(mouse.steps <= 37, `it takes ${mouse.steps} steps`);
  await window.close();
});
