// Reads that the document of the API does not have yet: they are made by hand until the types have them.
import { ApiError, problemOf } from "./error";

/** The body of a read; nothing from a server that lacks the route. */
export async function readLater<T>(path: string): Promise<T | undefined> {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (answer.status === 404) return undefined;
  const body = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new ApiError(answer.status, problemOf(body));
  return body as T;
}
