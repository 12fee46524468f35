// What an `on_error` event says, in words: its code and its message. Pure.
import { isObject } from "../../forms/schema";

export function errorOf(payload: unknown): string | undefined {
  if (!isObject(payload) || typeof payload.code !== "string") return undefined;
  const code = payload.code.replaceAll("_", " ");
  return typeof payload.message === "string" ? `${code}: ${payload.message}` : code;
}
