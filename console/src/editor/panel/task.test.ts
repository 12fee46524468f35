import { expect, test } from "vitest";
import { missingOf, withTaskField } from "./task";

test("what a task wants is offered, the required first, and taken from the event", () => {
  const schema = { properties: { note: { type: "string" }, seconds: { type: "number" } }, required: ["seconds"] };
  expect(missingOf(schema, undefined).map(({ name }) => name)).toEqual(["seconds", "note"]);
  expect(missingOf(schema, { seconds: 1 }).map(({ name }) => name)).toEqual(["note"]);
  const config = withTaskField({ project_id: "p" }, "seconds", "number");
  expect(withTaskField(config, "now", "string")).toEqual({
    project_id: "p",
    payload: { seconds: "{{ seconds | as_object }}", now: "{{ payload.now }}" },
  });
});
