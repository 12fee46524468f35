// The way to the server, but for the streams of agents (`agents/stream.ts`): the API, typed by its own document, with the rights of whoever has signed in.
import createClient from "openapi-fetch";
import { ApiError, problemOf } from "./error";
import { fetchExactly } from "./exact";
import type { paths } from "./schema";

/** The typed client. Cookies go to the own origin alone; the header says that a page of ours asks, and no other page can send it. */
export const api = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  headers: { "X-Rookery-Console": "1" },
  fetch: fetchExactly,
});

/** A browser takes such a part of an address for a way up: what is asked then would be something else. */
const isWayUp = (part: unknown) => /^(\.|%2e){1,2}$/i.test(String(part));

api.use({
  onRequest({ params }) {
    if (!Object.values(params.path ?? {}).some(isWayUp)) return;
    throw new ApiError(404, {
      type: "not_found",
      message: "There is nothing with this name.",
      details: "Choose another name than `.` and `..`.",
    });
  },
});

/** What `openapi-fetch` gives: the body of an answer that is good, or that of one that is not. */
interface Given<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

const refused = new Set<() => void>();

/** Tells whenever the server does not know any more who asks: the session is over, or the key revoked. */
export function onRefused(tell: () => void): () => void {
  refused.add(tell);
  return () => void refused.delete(tell);
}

/** Waits for an answer and gives its body. An answer that is not good, or none at all, is thrown as an `ApiError`. */
export async function call<T>(asked: Promise<Given<T>>): Promise<T> {
  let given: Given<T>;
  try {
    given = await asked;
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError(0, { type: "unreachable", message: "Rookery does not answer.", details: String(cause) });
  }
  if (given.error !== undefined || !given.response.ok) {
    if (given.response.status === 401) for (const tell of refused) tell();
    throw new ApiError(given.response.status, problemOf(given.error));
  }
  return given.data as T;
}
