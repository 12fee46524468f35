// Times of day, beside relative times that are the same for many rows.
import { useNow } from "./time";

/** The time of day of a moment, or its day, too, if it was not today. */
export function Clock({ at }: { at: string | null | undefined }) {
  const now = useNow();
  return <span className="muted small clock">{clock(at, now)}</span>;
}

const two = (number: number) => String(number).padStart(2, "0");

/** An hour of the day, shortly: `18:00`. It is written for each row, so it does not ask the browser's tables. */
export function hourOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function clock(at: string | null | undefined, now: number): string {
  const moment = new Date(at ?? "");
  if (Number.isNaN(moment.getTime())) return "";
  const isToday = moment.toDateString() === new Date(now).toDateString();
  return isToday ? `${hourOf(moment)}:${two(moment.getSeconds())}` : `${day(moment)}, ${hourOf(moment)}`;
}

/** One for all, made when it is first needed: making one takes longer than a row of a list may. */
let days: Intl.DateTimeFormat | undefined;

/** A day, shortly: `27 Nov`, as whoever looks writes it. */
export function day(moment: Date): string {
  days ??= new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
  return days.format(moment);
}
