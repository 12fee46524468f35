// A project with something on each of its pages: runs, failures, what waits, memory, a feed, a conversation, connections both ways.
import { createServer } from "node:http";

const agent = (id, agent_type, config = {}, at = 0) => ({
  id,
  type: "agent",
  agent_type,
  name: `The ${id}`,
  config,
  position: { x: 40 + 320 * (at % 4), y: 80 + 160 * Math.floor(at / 4) },
});
const link = (source, target, group_id) => ({
  id: `${source}-${target}`,
  type: "link",
  source: { id: source },
  target: { id: target },
  ...(group_id && { group_id }),
});

/** Waits until something is true. */
export async function until(what, ask) {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`in vain: ${what}`);
}

/** Something outside: it acknowledges what external agents are asked and never answers; below `/gone`, nothing is found. */
export async function outside() {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.url === "/gone" ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ requestId: `asked-${Date.now()}` }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Makes the project, and another one that it is connected with. */
export async function seed(program, other) {
  const post = async (path, body = {}) => (await program.call("POST", path, body)).data;
  const started = async (project, name, cells) => {
    const { id } = await post(`/projects/${project}/workflows`, { name, options: { cells } });
    const path = `/projects/${project}/workflows/${id}`;
    await post(`${path}/start`);
    return { id, path };
  };
  const entryPoint = async (project) => {
    const { data } = await program.call("GET", `/catalog?q=${project}`);
    return { project_id: project, client_stage_id: data[0].client_stage_id };
  };
  const client = (title) => [
    agent("in", "client", { title, access: "approval" }),
    agent("back", "reply", {}, 1),
    link("in", "back"),
  ];
  const [shop, partner] = [
    (await post("/projects", { name: "Shop" })).id,
    (await post("/projects", { name: "Bank" })).id,
  ];
  const published = await started(shop, "For others", client("Orders of others"));
  await started(partner, "For others", client("Payments"));
  const uses = async (project) => [
    agent("begin", "manual"),
    agent("stage", "agent", await entryPoint(project), 1),
    link("begin", "stage"),
  ];
  const using = [
    await started(shop, "With payments", await uses(partner)),
    await started(partner, "Orders", await uses(shop)),
  ];
  const orders = await started(shop, "Orders", [
    agent("hook", "webhook", {}, 0),
    agent("begin", "manual", {}, 4),
    agent("kept", "condition", { condition: { path: "total", operator: "gt", value: 100 } }, 1),
    agent("changed", "change_detector", { property: "total" }, 2),
    agent(
      "lanes",
      "split",
      {
        groups: [
          { name: "a", weight: 1 },
          { name: "b", weight: 1 },
        ],
      },
      3,
    ),
    agent("call", "http_request", { url: `${other}/gone`, method: "post" }, 5),
    agent("asked", "ai_agent_proxy", { endpoint: `${other}/ask`, input: "{{ total }}" }, 6),
    agent("feed", "data_output", { template: { title: "Orders", item: { title: "{{ total }}" } } }, 7),
    agent("later", "delay", { seconds: 3600 }, 8),
    link("begin", "kept"),
    link("hook", "kept", "on_receive"),
    link("kept", "changed", "on_match"),
    link("changed", "lanes"),
    link("begin", "call"),
    link("begin", "asked"),
    link("begin", "feed"),
    link("begin", "later"),
  ]);
  for (const total of [250, 260]) await post(`${orders.path}/agents/begin/events`, { payload: { total } });
  for (const { path } of using) await post(`${path}/agents/begin/events`, { payload: { total: 1 } });
  await program.call("PUT", `/projects/${shop}/agents/guide`, {
    text: "---\nmodel: demo/guide\ntools: [read, write]\n---\nYou guide.\n",
  });
  await program.ask(`/p/${shop}/agents/guide/ada`, { message: "Note that tea is better.", session: "first" });
  await program.call("PUT", `/projects/${shop}/credentials/bank_token`, { value: "secret" });
  const rows = (path) =>
    until(path, async () => {
      const { data } = await program.call("GET", path);
      return data.length > 0 && data;
    });
  const [run] = await rows(`${orders.path}/runs`);
  await rows(`${orders.path}/failures`);
  const [request] = await rows(`${orders.path}/requests`);
  for (const role of ["agent", "client"]) await rows(`/projects/${shop}/connections?role=${role}`);
  return { project: shop, orders: orders.id, published: published.id, run: run.id ?? run.run_id, request: request.id };
}
