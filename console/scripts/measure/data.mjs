// The data that is measured: a canvas of 300 agents, a run of 10,000 events, 1,000 failures in five groups, and ugly data. It is made over
// the API in a project of its own, and found again there.
const NAME = "Measured";

export async function dataOf(call) {
  const known = (await call("GET", "/projects")).data.find((project) => project.name === NAME);
  const project = known?.id ?? (await call("POST", "/projects", { name: NAME })).data.id;
  const base = `/projects/${project}/workflows`;
  const there = (await call("GET", `${base}?limit=200`)).data;
  const ids = {};
  for (const [name, { cells, fill }] of Object.entries(WORKFLOWS)) {
    const old = there.find((workflow) => workflow.name === name);
    ids[name] = old?.id ?? (await make(call, base, name, cells()));
    if (!old) await fill?.(call, `${base}/${ids[name]}`);
  }
  const runOf = async (name) => (await call("GET", `${base}/${ids[name]}/runs?limit=1`)).data[0]?.id;
  return { project, ids, longRun: await runOf("Long run"), heavyRun: await runOf("Heavy run") };
}

async function make(call, base, name, cells) {
  const { id } = (await call("POST", base, { name, options: { cells } })).data;
  await call("POST", `${base}/${id}/start`, {});
  return id;
}

const agent = (id, agent_type, x, y, config, name = id) => ({
  id,
  type: "agent",
  agent_type,
  name,
  position: { x: x * 344, y: y * 144 },
  config,
});
const link = (source, target, group_id) => ({
  id: `${source}>${target}${group_id ?? ""}`,
  type: "link",
  source: { id: source },
  target: { id: target },
  ...(group_id && { group_id }),
});

const format = (text) => ({ instructions: { text, id: "{{ id }}", items: "{{ items | as_object }}" } });
const request = (path) => ({
  url: `https://api.example.com/${path}/{{ id | url_encode }}`,
  headers: { accept: "application/json" },
  payload: { text: "{{ text }}" },
});

/** Thirty flows of ten agents: a webhook, a condition, a split of three lanes, and what becomes of each. */
function large(named = (id) => id, flows = 30) {
  const cells = [];
  for (let flow = 0; flow < flows; flow++) {
    const [column, row] = [(flow % 5) * 6, Math.floor(flow / 5) * 4];
    const of = (name) => `${name}-${flow}`;
    const put = (name, type, x, y, config) =>
      cells.push(agent(of(name), type, column + x, row + y, config, named(of(name))));
    put("orders", "webhook", 0, 1, {});
    put("big", "condition", 1, 1, {
      condition: {
        all: [
          { path: "total", operator: "gte", value: 100 },
          { path: "state", operator: "eq", value: "new" },
        ],
      },
    });
    put("lanes", "split", 2, 1, { groups: ["short", "usual", "long"].map((name, at) => ({ name, weight: at + 1 })) });
    for (const [y, lane] of ["short", "usual", "long"].entries()) {
      put(`write-${lane}`, "event_formatting", 3, y, format(`${lane}: {{ customer.name }} ordered for {{ total }}`));
      cells.push(link(of("lanes"), of(`write-${lane}`), lane));
    }
    for (const [y, lane] of ["short", "usual"].entries()) {
      put(`send-${lane}`, "http_request", 4, y, request(lane));
      cells.push(link(of(`write-${lane}`), of(`send-${lane}`), "on_format"));
    }
    put("feed", "data_output", 4, 2, { template: { title: "Orders", item: { title: "{{ text }}" } } });
    put("late", "delay", 5, 1, { minutes: 5 });
    cells.push(link(of("write-long"), of("feed"), "on_format"), link(of("send-usual"), of("late"), "on_response"));
    cells.push(link(of("orders"), of("big"), "on_receive"), link(of("big"), of("lanes"), "on_match"));
    cells.push(link(of("send-short"), of("feed"), "on_error"));
  }
  return cells;
}

/** Layers of agents, each linked to all of the next: one event becomes 1 + 10 + 100 + 1,000 + 9,000. */
function layers() {
  const cells = [agent("begin", "webhook", 0, 4, {})];
  let before = ["begin"];
  for (const [x, size] of [10, 10, 10, 9].entries()) {
    const ids = Array.from({ length: size }, (_, at) => `step-${x + 1}-${at + 1}`);
    for (const [y, id] of ids.entries())
      cells.push(agent(id, "event_formatting", x + 1, y, format(`${id}: {{ text }}`)));
    for (const source of before) cells.push(...ids.map((id) => link(source, id)));
    before = ids;
  }
  return cells;
}

/** One webhook, and five agents that fail in ways of their own. */
function failing() {
  const cells = [agent("begin", "webhook", 0, 2, {})];
  for (let at = 0; at < 5; at++) {
    cells.push(agent(`call-${at}`, "http_request", 1, at, { url: `http://10.0.0.${at}/`, retries: 0 }));
    cells.push(link("begin", `call-${at}`, "on_receive"));
  }
  return cells;
}

function heavy() {
  const cells = [agent("begin", "webhook", 0, 0, {})];
  for (let at = 1; at <= 9; at++) {
    cells.push(agent(`pass-${at}`, "condition", at, 0, { condition: { path: "rows", operator: "exists" } }));
    cells.push(link(at === 1 ? "begin" : `pass-${at - 1}`, `pass-${at}`));
  }
  return cells;
}

const order = (at) => ({
  id: `o-${at}`,
  total: 20 * at,
  state: "new",
  customer: { name: "Ada", id: at },
  text: "An order",
});

async function post(call, path, agent, payloads) {
  const { hook_url } = (await call("GET", `${path}/agents/${agent}`)).data;
  for (const payload of payloads) {
    const answer = await fetch(hook_url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(payload),
    });
    if (!answer.ok) throw new Error(`${hook_url}: ${answer.status} ${await answer.text()}`);
  }
}

const times = (count, make) => Array.from({ length: count }, (_, at) => make(at));
/** Waits until an agent count of the workflow is reached: what was posted has come to its end. */
async function until(call, path, reached) {
  for (let tries = 0; tries < 600; tries++) {
    const sums = (await call("GET", `${path}/metrics?limit=200`)).data;
    if (reached(sums)) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`${path} has not come to its end within ten minutes.`);
}
const sum = (rows, field) => rows.reduce((all, row) => all + row[field], 0);

const NAMES = "The agent that looks at each order of the shop and decides what becomes of it ";
const WORKFLOWS = {
  Large: {
    cells: large,
    fill: (call, path) => post(call, path, "orders-0", times(20, order)),
  },
  "Long run": {
    cells: layers,
    fill: async (call, path) => {
      await post(call, path, "begin", [order(1)]);
      await until(call, path, (rows) => sum(rows, "received") >= 10_110);
    },
  },
  Failing: {
    cells: failing,
    fill: async (call, path) => {
      await post(call, path, "begin", times(200, order));
      await until(call, path, (rows) => sum(rows, "errors") >= 1000);
    },
  },
  "Ugly names": { cells: () => large((id) => `${NAMES}${id}`, 6) },
  "Heavy run": {
    cells: heavy,
    fill: async (call, path) => {
      const rows = times(1000, (at) => ({ ...order(at), note: `Row ${at} of many. `.repeat(3) }));
      await post(call, path, "begin", [{ rows, text: "A long text. ".repeat(4000) }]);
      await until(call, path, (sums) => sum(sums, "received") >= 9);
    },
  },
};
