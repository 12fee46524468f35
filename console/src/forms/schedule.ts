// Schedules as people think of them: every so often, at a time on some days, or as they are written. Pure.

export type Unit = "s" | "m" | "h" | "d";

export type Schedule =
  | { kind: "every"; count: number; unit: Unit }
  | { kind: "at"; time: string; days: number[]; zone: string }
  | { kind: "written"; text: string };

export const UNITS: [Unit, string][] = [
  ["s", "seconds"],
  ["m", "minutes"],
  ["h", "hours"],
  ["d", "days"],
];
/** Weekdays as cron counts them, Monday first. */
export const DAYS: [number, string][] = [
  [1, "Mon"],
  [2, "Tue"],
  [3, "Wed"],
  [4, "Thu"],
  [5, "Fri"],
  [6, "Sat"],
  [0, "Sun"],
];
const ALL = DAYS.map(([day]) => day);

export function readSchedule(text: string): Schedule {
  const every = /^every[_ ](\d{1,7})([smhd])$/.exec(text.trim());
  if (every) return { kind: "every", count: Number(every[1]), unit: every[2] as Unit };
  const at = /^(?:TZ=(\S+) )?(\d{1,2}) (\d{1,2}) \* \* (\S+)$/.exec(text.trim());
  const [minute, hour, days] = [Number(at?.[2]), Number(at?.[3]), readDays(at?.[4] ?? "")];
  if (at && minute < 60 && hour < 24 && days) {
    const two = (number: number) => String(number).padStart(2, "0");
    return { kind: "at", time: `${two(hour)}:${two(minute)}`, days, zone: at[1] ?? "" };
  }
  return { kind: "written", text };
}

function readDays(text: string): number[] | undefined {
  if (text === "*") return ALL;
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [, first, last] = /^([0-7])(?:-([0-7]))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    for (let day = Number(first); day <= Number(last ?? first); day += 1) found.add(day % 7);
  }
  return ALL.filter((day) => found.has(day));
}

export function writeSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case "every":
      return `every_${schedule.count}${schedule.unit}`;
    case "at": {
      const [hour = "0", minute = "0"] = schedule.time.split(":");
      const days = schedule.days.length === 0 || schedule.days.length === 7 ? "*" : writeDays(schedule.days);
      return `${schedule.zone ? `TZ=${schedule.zone} ` : ""}${Number(minute)} ${Number(hour)} * * ${days}`;
    }
    case "written":
      return schedule.text;
  }
}

function writeDays(days: number[]): string {
  const sorted = [...days].sort((one, other) => one - other);
  const [first = 0] = sorted;
  const inRow = sorted.length > 2 && sorted.every((day, at) => day === first + at);
  return inRow ? `${first}-${sorted.at(-1)}` : sorted.join(",");
}
