// When a save that failed is tried again by itself.
import { ApiError } from "../api/error";

/** The first wait; each next one is twice as long, up to the most. */
const FIRST = 2000;
const MOST = 30_000;

/** Whether a save may have failed for a moment only: nobody answered, or somebody on the way could not. */
export function mayPass(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** How long to wait after so many failures before this one. */
export function waitOf(failures: number): number {
  return Math.min(FIRST * 2 ** failures, MOST);
}
