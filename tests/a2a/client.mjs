// The official SDK's own client for JavaScript, unmodified, against a running program: node client.mjs URL PROJECT DELAY KEY. The SDK is found
// in the folder NODE_MODULES, for which modules have no search path.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";

const sdk = await import(pathToFileURL(`${process.env.NODE_MODULES}/@a2a-js/sdk/dist/client/index.js`));
const { TaskState } = await import(pathToFileURL(`${process.env.NODE_MODULES}/@a2a-js/sdk/dist/index.js`));
const [url, project, delay, key] = process.argv.slice(2);

const withKey = (address, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${key}`);
  return fetch(address, { ...init, headers });
};
const factory = new sdk.ClientFactory({
  transports: [new sdk.JsonRpcTransportFactory({ fetchImpl: withKey })],
  cardResolver: new sdk.DefaultAgentCardResolver({ fetchImpl: withKey }),
});
const message = (data, more = {}) => ({
  message: {
    messageId: randomUUID(), role: 1, contextId: "", taskId: "", extensions: [], referenceTaskIds: [], metadata: {},
    parts: [{ content: { $case: "data", value: data }, metadata: {}, filename: "", mediaType: "" }],
    ...more,
  },
  configuration: undefined, metadata: {}, tenant: "",
});
const settings = { acceptedOutputModes: [], historyLength: undefined, returnImmediately: true, taskPushNotificationConfig: undefined };
const data = (artifact) => artifact.parts.map((part) => part.content.value);

const cases = {
  async "the project's card and an entry point's are found by their addresses"() {
    const all = await factory.createFromUrl(`${url}/p/${project}/a2a/`);
    assert.deepEqual(all.agentCard.skills.map((skill) => skill.name), ["Delay", "Schedule"]);
    const own = await factory.createFromUrl(`${url}/`);
    assert.deepEqual(own.agentCard.supportedInterfaces, all.agentCard.supportedInterfaces);
    const one = await factory.createFromUrl(`${url}/p/${project}/a2a/${delay}/`);
    assert.deepEqual(one.agentCard.skills.map((skill) => skill.name), ["Delay"]);
    assert.equal((await all.getAgentCard()).name, all.agentCard.name);
  },
  async "a message is answered by its task"() {
    const client = await factory.createFromUrl(`${url}/p/${project}/a2a/${delay}/`);
    const task = await client.sendMessage(message({ seconds: 0, n: "js" }));
    assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED);
    assert.deepEqual(data(task.artifacts[0]), [{ seconds: 0, n: "js" }]);
    const again = await client.getTask({ id: task.id, tenant: "" });
    assert.deepEqual([again.contextId, again.artifacts.length], [task.contextId, 1]);
  },
  async "a stream tells what comes, and a skill is chosen"() {
    const client = await factory.createFromUrl(`${url}/p/${project}/a2a/`);
    const told = [];
    for await (const event of client.sendMessageStream(message({ seconds: 1 }, { metadata: { skill_id: delay } }))) {
      told.push(event.payload);
    }
    assert.deepEqual(told.map((event) => event.$case), ["task", "artifactUpdate", "statusUpdate"]);
    assert.equal(told[2].value.status.state, TaskState.TASK_STATE_COMPLETED);
  },
  async "a task is listed, followed and cancelled"() {
    const client = await factory.createFromUrl(`${url}/p/${project}/a2a/${delay}/`);
    const contextId = randomUUID();
    const task = await client.sendMessage({ ...message({ seconds: 3600 }, { contextId }), configuration: settings });
    assert.equal(task.status.state, TaskState.TASK_STATE_WORKING);
    const followed = [];
    for await (const event of client.resubscribeTask({ id: task.id, tenant: "" })) {
      followed.push(event.payload.$case);
      if (followed.length === 1) {
        assert.equal((await client.cancelTask({ id: task.id, tenant: "", metadata: {} })).status.state, TaskState.TASK_STATE_CANCELED);
      }
    }
    assert.deepEqual(followed, ["task", "statusUpdate"]);
    const listed = await client.listTasks({ contextId, tenant: "", pageToken: "", status: 0, statusTimestampAfter: undefined });
    assert.deepEqual(listed.tasks.map((listed) => listed.id), [task.id]);
  },
  async "what is wrong is an error of its kind"() {
    const client = await factory.createFromUrl(`${url}/p/${project}/a2a/${delay}/`);
    await assert.rejects(client.getTask({ id: "none", tenant: "" }), { name: "TaskNotFoundError" });
    await assert.rejects(client.sendMessage(message({ seconds: "soon" })), /payload.seconds/);
    const file = [{ content: { $case: "url", value: "https://a.example/x" }, metadata: {}, filename: "", mediaType: "" }];
    await assert.rejects(client.sendMessage(message({}, { parts: file })), { name: "ContentTypeNotSupportedError" });
  },
};

for (const [name, does] of Object.entries(cases)) {
  await does();
  console.log(`ok    JavaScript  ${name}`);
}
