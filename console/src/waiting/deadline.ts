// How near the deadline of a request is.

/** Near is the last tenth of the time that there was, and the last minute in any case. */
export function isNear(created: string, deadline: string, now: number): boolean {
  const [from, to] = [Date.parse(created), Date.parse(deadline)];
  return to - now < Math.max(60_000, (to - from) / 10);
}

/** Whether a request may still be answered. */
export const isOpen = (state: string) => state === "calling" || state === "outstanding";
