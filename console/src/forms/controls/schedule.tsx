// A schedule: every so often, at a time on some days, or written out; in words, with its next times.
import { useState } from "react";
import { ApiError } from "../../api/error";
import { relative, useNow } from "../../ui/time";
import { useForm } from "../context";
import { useSchedulePreview } from "../data";
import type { ControlProps } from "../field";
import { DAYS, readSchedule, type Schedule, UNITS, type Unit, writeSchedule } from "../schedule";

const ZONES = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function ScheduleControl({ id, label, value, change, required, invalid, describedBy }: ControlProps) {
  const { disabled } = useForm();
  const text = typeof value === "string" ? value : undefined;
  const [free, setFree] = useState(false);
  const schedule: Schedule | undefined =
    text === undefined || (text === "" && !free) ? undefined : free ? { kind: "written", text } : readSchedule(text);
  const set = (next: Schedule) => change(writeSchedule(next));
  const choose = (kind: string) => {
    setFree(kind === "written");
    if (kind === "every") set({ kind: "every", count: 1, unit: "h" });
    else if (kind === "at") set({ kind: "at", time: "09:00", days: [1, 2, 3, 4, 5], zone: HERE === "UTC" ? "" : HERE });
    else if (kind === "written") change(text ?? "");
    else change(undefined);
  };
  return (
    <div className="form-list">
      <select
        id={id}
        aria-label={label}
        className="field form-wide"
        value={schedule?.kind ?? ""}
        disabled={disabled}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        onChange={(event) => choose(event.target.value)}
      >
        {(!required || schedule === undefined) && (
          <option value="">{required ? "Choose when" : "Never by itself"}</option>
        )}
        <option value="every">Every so often</option>
        <option value="at">At a time of day</option>
        <option value="written">Written out (cron, or a name)</option>
      </select>
      {schedule?.kind === "every" && <Every schedule={schedule} set={set} />}
      {schedule?.kind === "at" && <At schedule={schedule} set={set} />}
      {schedule?.kind === "written" && (
        <input
          className="field mono form-wide"
          aria-label="Schedule"
          placeholder="TZ=Europe/Berlin 30 9 * * 1-5"
          value={schedule.text}
          disabled={disabled}
          spellCheck={false}
          onChange={(event) => change(event.target.value)}
        />
      )}
      {schedule && <Due text={text} />}
    </div>
  );
}

function Every({ schedule, set }: { schedule: Extract<Schedule, { kind: "every" }>; set: (next: Schedule) => void }) {
  const { disabled } = useForm();
  return (
    <span className="row">
      <span className="muted">every</span>
      <input
        className="field form-short"
        type="number"
        min={1}
        aria-label="How many"
        value={schedule.count}
        disabled={disabled}
        onChange={(event) => set({ ...schedule, count: Math.max(1, Math.trunc(Number(event.target.value))) })}
      />
      <select
        className="field"
        aria-label="Unit"
        value={schedule.unit}
        disabled={disabled}
        onChange={(event) => set({ ...schedule, unit: event.target.value as Unit })}
      >
        {UNITS.map(([unit, name]) => (
          <option key={unit} value={unit}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}

function At({ schedule, set }: { schedule: Extract<Schedule, { kind: "at" }>; set: (next: Schedule) => void }) {
  const { disabled } = useForm();
  const { days } = schedule;
  return (
    <>
      <span className="row">
        <input
          className="field"
          type="time"
          aria-label="Time of day"
          value={schedule.time}
          disabled={disabled}
          onChange={(event) => event.target.value && set({ ...schedule, time: event.target.value })}
        />
        <input
          className="field grow"
          list="form-zones"
          aria-label="Time zone"
          placeholder="UTC"
          value={schedule.zone}
          disabled={disabled}
          onChange={(event) => set({ ...schedule, zone: event.target.value.trim() })}
        />
        <datalist id="form-zones">
          {ZONES.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </span>
      <fieldset className="form-days">
        <legend className="sr-only">Days</legend>
        {DAYS.map(([day, name]) => (
          <button
            key={day}
            type="button"
            className="chip"
            disabled={disabled}
            aria-pressed={days.includes(day)}
            onClick={() => {
              const next = days.includes(day) ? days.filter((each) => each !== day) : [...days, day];
              if (next.length > 0) set({ ...schedule, days: next });
            }}
          >
            {name}
          </button>
        ))}
      </fieldset>
    </>
  );
}

/** A time to come: the day of the week is what schedules are thought of by. Seconds are told where there are some. */
function due(time: Date): string {
  const second = time.getSeconds() > 0 ? ("2-digit" as const) : undefined;
  return time.toLocaleString(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second,
    hourCycle: "h23",
  });
}

/** The schedule in words, and its next times; or why it is none. */
function Due({ text }: { text: string | undefined }) {
  const preview = useSchedulePreview(text);
  const now = useNow();
  if (preview.error instanceof ApiError) {
    return <p className="form-problem">{preview.error.message}</p>;
  }
  if (!preview.data) return null;
  return (
    <div className="form-due">
      <p>{preview.data.text}</p>
      <ol>
        {preview.data.times.map((time) => (
          <li key={time} className="row">
            <time dateTime={time} className="grow">
              {due(new Date(time))}
            </time>
            <span className="muted small">{relative(new Date(time).getTime(), now)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
