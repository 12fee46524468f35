import { expect, test } from "vitest";
import { dollarsOf } from "./money";

test("dollars have as many digits as say something", () => {
  expect([0, 0.00001, 0.0123, 12.3].map(dollarsOf)).toEqual(["$0", "< $0.0001", "$0.0123", "$12.30"]);
});
