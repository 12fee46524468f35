// Where the agents of a journey call: a server on a port of its own, which keeps what it got, and answers as it is told.
import { createServer } from "node:http";

export async function listen() {
  const got = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url;
    const status = answers.get(path) ?? 404;
    if (status < 300) got.push({ path, body: JSON.parse(Buffer.concat(chunks).toString() || "null") });
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status < 300 ? { taken: true } : { error: `nothing is taken at ${path}` }));
  });
  const answers = new Map();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    got,
    /** Sets the status that a path is answered with; without one, there is nothing at a path. */
    answer: (path, status) => answers.set(path, status),
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
