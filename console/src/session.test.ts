import { expect, test } from "vitest";
import { mayBe } from "./session";

test("a role may do what lower roles may", () => {
  expect(mayBe("owner", "editor")).toBe(true);
  expect(mayBe("viewer", "viewer")).toBe(true);
  expect(mayBe("viewer", "editor")).toBe(false);
  expect(mayBe("ingest", "viewer")).toBe(false);
  expect(mayBe(null, "viewer")).toBe(false);
});
