// Where the agents of a journey call: a server on a port of its own, which keeps what it got, and answers as it is told.
import { createServer } from "node:http";

const taken = () => ({ taken: true });

export async function listen() {
  const got = [];
  const answers = new Map();
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url;
    const { status, body } = answers.get(path) ?? { status: 404 };
    if (status < 300) got.push({ path, body: JSON.parse(Buffer.concat(chunks).toString() || "null") });
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status < 300 ? body() : { error: `nothing is taken at ${path}` }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    got,
    /** Sets how a path is answered; without this, there is nothing at a path. */
    answer: (path, status, body = taken) => answers.set(path, { status, body }),
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
