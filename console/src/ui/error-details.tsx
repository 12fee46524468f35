// What an error says beyond its message: which request failed, in one line, and the rest as a payload.
import { Payload } from "./payload";
import "./error-details.css";

export function ErrorDetails({ value }: { value: unknown }) {
  const { request, rest } = parts(value);
  return (
    <>
      {request && <p className="mono failed-request">{request}</p>}
      {rest != null && <Payload value={rest} label="Details" />}
    </>
  );
}

/** Details whose method and URL stand apart: an outside call that failed names its request by them. */
export function parts(details: unknown): { request?: string; rest?: unknown } {
  if (typeof details !== "object" || details === null) return { rest: details };
  const { method, url, ...rest } = details as Record<string, unknown>;
  if (typeof method !== "string" || typeof url !== "string") return { rest: details };
  return { request: `${method} ${url}`, rest: Object.keys(rest).length > 0 ? rest : undefined };
}
