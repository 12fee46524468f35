import { expect, test } from "vitest";
import { parts } from "./error-details";

test("a request that failed is told in one line, apart from the rest", () => {
  const failed = { method: "GET", url: "https://api.example.com/orders?key=***", status: 404, body: "no" };
  expect(parts(failed)).toEqual({
    request: "GET https://api.example.com/orders?key=***",
    rest: { status: 404, body: "no" },
  });
  expect(parts({ method: "POST", url: "https://a.example" })).toEqual({ request: "POST https://a.example" });
});

test("details of other kinds stay as they are", () => {
  for (const details of ["sensor", 7, null, undefined, [1], { url: "https://a.example" }, { method: 1, url: 2 }]) {
    expect(parts(details)).toEqual({ rest: details });
  }
});
