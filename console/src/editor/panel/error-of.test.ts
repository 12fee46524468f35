import { expect, test } from "vitest";
import { errorOf } from "./error-of";

test("an error is told by its code and message, as far as it has them", () => {
  expect(errorOf({ code: "address_refused", message: "No." })).toBe("address refused: No.");
  expect(errorOf({ code: "timeout" })).toBe("timeout");
  expect(errorOf({ message: "No." })).toBeUndefined();
  expect(errorOf("x")).toBeUndefined();
});
