// A project with something on each of its pages: runs, failures, what waits, memory, a feed, a conversation, connections both ways.
import { agent, link } from "./cells.mjs";
import { until } from "./journey.mjs";

/** A cell at its place in rows of four. */
const cell = (id, type, config, at = 0) =>
  agent(id, type, [40 + 320 * (at % 4), 80 + 160 * Math.floor(at / 4)], config, `The ${id}`);

/** Makes the project, and another one that it is connected with. */
export async function seed(program, sink) {
  // External agents are told that their answer will come, and it never does.
  sink.answer("/ask", 200, () => ({ requestId: `asked-${sink.got.length}` }));
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
    cell("in", "client", { title, access: "approval" }),
    cell("back", "reply", {}, 1),
    link("in", "back"),
  ];
  const [shop, partner] = [
    (await post("/projects", { name: "Shop" })).id,
    (await post("/projects", { name: "Bank" })).id,
  ];
  const published = await started(shop, "For others", client("Orders of others"));
  await started(partner, "For others", client("Payments"));
  const uses = async (project) => [
    cell("begin", "manual"),
    cell("stage", "agent", await entryPoint(project), 1),
    link("begin", "stage"),
  ];
  const using = [
    await started(shop, "With payments", await uses(partner)),
    await started(partner, "Orders", await uses(shop)),
  ];
  const orders = await started(shop, "Orders", [
    cell("hook", "webhook", {}, 0),
    cell("begin", "manual", {}, 4),
    cell("kept", "condition", { condition: { path: "total", operator: "gt", value: 100 } }, 1),
    cell("changed", "change_detector", { property: "total" }, 2),
    cell(
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
    cell("call", "http_request", { url: `${sink.url}/gone`, method: "post" }, 5),
    cell("asked", "ai_agent_proxy", { endpoint: `${sink.url}/ask`, input: "{{ total }}" }, 6),
    cell("feed", "data_output", { template: { title: "Orders", item: { title: "{{ total }}" } } }, 7),
    cell("later", "delay", { seconds: 3600 }, 8),
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
