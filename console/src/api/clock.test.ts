import { afterEach, expect, test, vi } from "vitest";
import { lately, learn, now, watch } from "./clock";
import { fetchExactly } from "./exact";

const HERE = Date.UTC(2026, 10, 27, 12, 0, 0, 400);
const HOUR = 3_600_000;
const utc = (at: number) => new Date(at).toUTCString();

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  learn(utc(Date.now()), Date.now(), Date.now());
});

test("a computer's clock that is right is believed, whole seconds and slow answers notwithstanding", () => {
  vi.useFakeTimers({ now: HERE, toFake: ["Date"] });
  learn(utc(HERE), HERE, HERE);
  expect(now()).toBe(HERE);
  learn(utc(HERE - 5000), HERE - 9000, HERE);
  expect(now()).toBe(HERE);
  learn(null, HERE, HERE);
  learn("soon", HERE, HERE);
  expect(now()).toBe(HERE);
});

test("one that is wrong is put right by each answer, and whoever shows ages is told", async () => {
  vi.useFakeTimers({ now: HERE, toFake: ["Date"] });
  const told = vi.fn();
  const end = watch(told);
  for (const wrong of [-5 * HOUR, 26 * HOUR, 0]) {
    const answer = new Response("{}", { headers: { date: utc(HERE + wrong), "content-type": "application/json" } });
    vi.stubGlobal("fetch", async () => answer);
    await fetchExactly(new Request("http://rookery.test/"));
    expect(Math.abs(now() - (HERE + wrong))).toBeLessThanOrEqual(1000);
    expect(lately()).toBe(now());
  }
  expect(told).toHaveBeenCalledTimes(3);
  end();
});
