// A model that says what a journey wants, in OpenAI's words, piece by piece.
import { createServer } from "node:http";

/** `says` gives the pieces of the answer to what was asked last. */
export async function model(says) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { messages } = JSON.parse(Buffer.concat(chunks).toString());
    const asked = messages.at(-1).content;
    response.writeHead(200, { "content-type": "text/event-stream" });
    const frame = (choice) => response.write(`data: ${JSON.stringify({ model: "m", choices: [choice] })}\n\n`);
    for (const content of says(typeof asked === "string" ? asked : JSON.stringify(asked))) {
      if (!frame({ delta: { content } })) await new Promise((resolve) => response.once("drain", resolve));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    frame({ delta: {}, finish_reason: "stop" });
    response.end("data: [DONE]\n\n");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
