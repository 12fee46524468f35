// Errors of the API, as one class: what happened, where, and what to do.

/** The `error` of an answer. */
export interface Problem {
  type: string;
  message: string;
  details?: unknown;
  /** More for programs, like the fields that are wrong. */
  meta?: unknown;
}

export class ApiError extends Error {
  constructor(
    /** The HTTP status; 0 if there was no answer. */
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.message);
    this.name = "ApiError";
  }

  get type() {
    return this.problem.type;
  }

  /** What to do, if the server says so in words. */
  get remedy() {
    return typeof this.problem.details === "string" ? this.problem.details : undefined;
  }
}

/** Reads the body of an answer that is not good, whatever a proxy made of it. */
export function problemOf(body: unknown): Problem {
  const error = (body as { error?: Partial<Problem> } | undefined)?.error;
  if (error && typeof error.message === "string") {
    return { type: error.type ?? "error", message: error.message, details: error.details, meta: error.meta };
  }
  return { type: "error", message: "The server gave an answer that is not Rookery's.", details: body };
}
