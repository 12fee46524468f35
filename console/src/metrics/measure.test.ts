import { expect, test } from "vitest";
import {
  byAgent,
  byTime,
  byVersion,
  counted,
  type Metric,
  percent,
  tookBelow,
  totals,
  wilson,
  windowOf,
} from "./measure";

const metric = (cell_id: string, hour: string, received: number, errors = 0): Metric => ({
  cell_id,
  hour,
  received,
  emitted: received - errors,
  errors,
  checks: 0,
  version: null,
  chained: 0,
  accepted: 0,
  took_ms: 0,
  took_up_to: {},
  emitted_by_group: {},
  errors_by_code: {},
  estimated_cost: { write_units: 0, read_units: 0, sqs_requests: 0, usd: 0 },
  last_received_at: hour,
  last_emitted_at: null,
  last_check_at: null,
  last_error_at: null,
});
const HOURS = ["2026-01-01T10:00:00.000Z", "2026-01-01T11:00:00.000Z", "2026-01-01T12:00:00.000Z"] as const;

test("sums of all, and of each agent", () => {
  const metrics = [metric("a", HOURS[0], 3), metric("b", HOURS[0], 9, 2), metric("a", HOURS[1], 1)];
  expect(totals(metrics)).toMatchObject({ received: 13, emitted: 11, errors: 2, checks: 0 });
  expect(byAgent(metrics)).toMatchObject([
    { cell: "b", received: 9, errors: 2 },
    { cell: "a", received: 4, last: HOURS[1] },
  ]);
});

test("times, costs, groups and versions are added up", () => {
  const rich = {
    version: 2,
    took_ms: 50,
    took_up_to: { "10": 8, "100": 1, more: 1 },
    emitted_by_group: { a: 2 },
    errors_by_code: { timeout: 1 },
    estimated_cost: { write_units: 1, read_units: 1, sqs_requests: 1, usd: 0.5 },
  };
  const metrics = [
    { ...metric("a", HOURS[0], 3), ...rich },
    { ...metric("a", HOURS[1], 1), ...rich },
    metric("b", HOURS[1], 1),
  ];
  expect(totals(metrics)).toMatchObject({ took: 100, dollars: 1, tookUpTo: { "10": 16, "100": 2, more: 2 } });
  expect(counted(metrics, "emitted_by_group")).toEqual({ a: 4 });
  expect(counted(metrics, "errors_by_code")).toEqual({ timeout: 2 });
  expect(byVersion(metrics).map((sums) => [sums.version, sums.received])).toEqual([
    [2, 4],
    [null, 1],
  ]);
});

test("most of what was timed took less than so much", () => {
  const took = { "10": 8, "30": 1, "100": 0, more: 1 };
  expect([0.5, 0.9, 0.95].map((part) => tookBelow(took, part))).toEqual([10, 30, undefined]);
  expect(tookBelow({}, 0.5)).toBeUndefined();
  expect(tookBelow({ "10": 0, "30": 2 }, 0.5)).toBe(30);
});

test("bars stand for the whole window, with zeros where nothing was", () => {
  const now = Date.parse("2026-01-01T12:30:00.000Z");
  const bars = byTime(
    [metric("a", HOURS[0], 3), metric("b", HOURS[0], 1), metric("a", HOURS[2], 5)],
    windowOf(undefined),
    now,
  );
  expect(bars).toHaveLength(24);
  expect(bars.slice(-3).map((bar) => bar.received)).toEqual([4, 0, 5]);
  const days = byTime([metric("a", HOURS[0], 3), metric("a", HOURS[2], 5)], windowOf("30 d"), now);
  expect(days).toHaveLength(30);
  expect(days.at(-1)?.received).toBe(8);
});

test("Wilson's interval is what tables say, and stays within 0 and 1", () => {
  const known = wilson(5, 10);
  expect(known?.low).toBeCloseTo(0.2366, 4);
  expect(known?.high).toBeCloseTo(0.7634, 4);
  expect(wilson(0, 10)).toMatchObject({ share: 0, low: 0 });
  expect(wilson(0, 10)?.high).toBeCloseTo(0.2775, 4);
  expect(wilson(10, 10)).toMatchObject({ share: 1, high: 1 });
  expect(wilson(0, 0)).toBeUndefined();
});

test("shares are short words", () => {
  expect([0, 0.0004, 0.004, 0.333, 1].map(percent)).toEqual(["0 %", "< 0.1 %", "0.4 %", "33 %", "100 %"]);
});
