import { expect, test, vi } from "vitest";
import { api, call, onRefused } from "./client";

const path = "/api/v1/projects/{project}/workflows";
const list = (project: string) =>
  call(api.GET(path, { params: { path: { project } }, baseUrl: "http://rookery.test", fetch: answering(401) }));
const answering = (status: number) => async () =>
  new Response('{"error":{"type":"unauthenticated","message":"No"}}', { status });

test("an address is never left by a name", async () => {
  for (const project of [".", "..", "%2e%2e", ".%2E"]) {
    await expect(list(project)).rejects.toMatchObject({ status: 404, message: "There is nothing with this name." });
  }
  await expect(list("...")).rejects.toMatchObject({ status: 401 });
});

test("an answer that knows nobody is told", async () => {
  const told = vi.fn();
  const end = onRefused(told);
  await expect(list("p")).rejects.toMatchObject({ type: "unauthenticated" });
  end();
  await expect(list("p")).rejects.toMatchObject({ status: 401 });
  expect(told).toHaveBeenCalledOnce();
});
