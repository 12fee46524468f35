// Every agent type's schema renders, and gives back what it was given. The types are those of the catalogue's snapshot.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, describe, expect, test } from "vitest";
import { byField } from "./context";
import { Form } from "./form";
import { hintOf } from "./hints";
import { type Schema, shapeOf } from "./schema";

afterEach(cleanup);

type Config = Record<string, unknown>;

interface Type {
  type: string;
  config_schema: Schema & { properties: Record<string, Schema> };
  examples: { title: string; config: Config }[];
}

const SNAPSHOT = "shared/agents/src/registry/snapshots/rookery_agents__registry__tests__catalogue.snap";
const snapshot = readFileSync(join(import.meta.dirname, "../../..", SNAPSHOT), "utf8");
// Above the catalogue stands what the snapshot says of itself.
const types = JSON.parse(snapshot.slice(snapshot.indexOf("\n[") + 1)) as Type[];

function show(element: ReactElement) {
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  return render(<QueryClientProvider client={client}>{element}</QueryClientProvider>);
}

function form(type: Type, config: Config, told: Config[], problems = byField([])) {
  return (
    <Form
      project=""
      type={type.type}
      schema={type.config_schema}
      config={config}
      change={(next) => told.push(next)}
      problems={problems}
      disabled={false}
    />
  );
}

function openAll(container: HTMLElement) {
  for (const fold of container.querySelectorAll<HTMLElement>(".form-fold[aria-expanded=false]")) fireEvent.click(fold);
}

// A type with many examples takes its time on a busy machine.
describe.each(types)("$type", { timeout: 60_000 }, (type) => {
  const examples = type.examples.map((example) => example.config);

  test("renders, and changes nothing by being shown", () => {
    for (const config of [{}, ...examples]) {
      const told: Config[] = [];
      const { container } = show(form(type, structuredClone(config), told));
      openAll(container);
      expect(told).toEqual([]);
      for (const name of Object.keys(type.config_schema.properties)) {
        expect(container.querySelector(`[data-path="config.${name}"]`), `${name} is shown`).toBeTruthy();
      }
      cleanup();
    }
  });

  test("gives back what it was given besides the one field that is written", () => {
    for (const config of [{ odd: [1, { a: null }] }, ...examples.map((each) => ({ ...each, odd: true }))]) {
      const told: Config[] = [];
      const { container } = show(form(type, structuredClone(config), told));
      openAll(container);
      for (const field of container.querySelectorAll<HTMLElement>(".form-fields > .form-field[data-path]")) {
        const name = field.dataset.path?.slice("config.".length) ?? "";
        const control = field.querySelector<HTMLInputElement>("input.field:not([list]):not(.form-key)");
        if (name.includes(".") || !control) continue;
        told.length = 0;
        fireEvent.change(control, { target: { value: control.type === "time" ? "10:30" : "7" } });
        for (const given of told) {
          const { [name]: _, ...rest } = given;
          const { [name]: before, ...others } = config as Config;
          expect(rest).toEqual(others);
          expect(Object.keys(given).filter((key) => key in config)).toEqual(
            Object.keys(config).filter((key) => key in given),
          );
          expect(before === undefined || name in given || given[name] === undefined).toBe(true);
        }
      }
      cleanup();
    }
  });

  test("shows values that it does not understand, and keeps them", () => {
    for (const odd of [{ odd: ["a", 1] }, ["x", { y: null }], 7, "text\nof two lines", false, null]) {
      const config = Object.fromEntries(Object.keys(type.config_schema.properties).map((name) => [name, odd]));
      const told: Config[] = [];
      const { container } = show(form(type, structuredClone(config), told));
      openAll(container);
      expect(told).toEqual([]);
      cleanup();
    }
  });
});

test("errors of the builder stand at their field, also when it is folded", () => {
  const type = types.find((each) => each.type === "http_request");
  if (!type) throw new Error("no http_request");
  const problems = byField([
    { field: "config.timeout_seconds", message: "Give 1 to 30." },
    { field: "config.headers.X", message: "template: line 1" },
  ]);
  const { container } = show(form(type, { url: "https://a.b", headers: { X: "{{" } }, [], problems));
  const field = (path: string) => within(container.querySelector(`[data-path="${path}"]`) as HTMLElement);
  expect(field("config.timeout_seconds").getByText("Give 1 to 30.")).toBeTruthy();
  expect(field("config.headers.X").getByText("template: line 1")).toBeTruthy();
});

test("an error inside of a template stands at its place, or where that is shown whole", () => {
  const type = types.find((each) => each.type === "http_request");
  if (!type) throw new Error("no http_request");
  const config = { url: "https://a.b", payload: { text: "{{", body: { items: [{ name: "{{" }] } } };
  const problems = byField([
    { field: "config.payload.text", message: "template: line 1" },
    { field: "config.payload.body.items[0].name", message: "template: line 2" },
  ]);
  const { container } = show(form(type, config, [], problems));
  const field = (path: string) => within(container.querySelector(`[data-path="${path}"]`) as HTMLElement);
  expect(field("config.payload.text").getByText("template: line 1")).toBeTruthy();
  expect(field("config.payload.body").getByText(/template: line 2/).textContent).toBe(
    "items[0].name: template: line 2",
  );
  fireEvent.click(field("config.payload").getByText("JSON"));
  expect(field("config.payload").getByText(/line 2/).textContent).toBe("body.items[0].name: template: line 2");
});

test("what a field is for is what its schema says, through references, maps and unions", () => {
  const root: Schema = { $defs: { Node: { type: "object", "x-rookery": "condition" } } };
  const template: Schema = { type: "string", "x-rookery": "template" };
  for (const [schema, hint] of [
    [{ $ref: "#/$defs/Node", description: "Which" }, "condition"],
    [{ type: "object", additionalProperties: template }, "templates"],
    [{ anyOf: [{ type: "integer" }, template] }, "template"],
    [{ type: "string", description: "No template." }, undefined],
    [{ "x-rookery": "what comes later" }, undefined],
  ] as [Schema, string | undefined][]) {
    expect(hintOf(schema, root)).toBe(hint);
  }
  const hints = new Set(types.flatMap((type) => found(type.config_schema, type.config_schema)));
  expect([...hints].sort()).toEqual([
    "condition",
    "credential",
    "json_schema",
    "list",
    "path",
    "persistent_agent",
    "schedule",
    "script",
    "seconds",
    "segment",
    "shares",
    "stage",
    "template",
    "templates",
    "values",
    "workflow",
  ]);
});

/** The hints of a schema and of what is in it. */
function found(schema: Schema, root: Schema): string[] {
  const hint = hintOf(schema, root);
  if (hint) return [hint];
  const shape = shapeOf(schema, root);
  const inside =
    shape.kind === "object" ? shape.fields.map(([, field]) => field) : shape.kind === "list" ? [shape.of] : [];
  return inside.flatMap((each) => found(each, root));
}

test("who may not edit sees a form without buttons that change it", () => {
  const type = types.find((each) => each.type === "split");
  if (!type) throw new Error("no split");
  show(
    <Form
      project=""
      type="split"
      schema={type.config_schema}
      config={{ groups: [{ name: "a" }, { name: "b" }] }}
      change={() => {}}
      problems={byField([])}
      disabled
    />,
  );
  expect(screen.queryByText("Add a group")).toBeNull();
  expect(screen.getByLabelText<HTMLInputElement>("Group 1: name").disabled).toBe(true);
});

test("a config of a type that nobody knows is JSON", () => {
  const told: Config[] = [];
  show(
    <Form
      project=""
      schema={undefined}
      config={{ a: 1 }}
      change={(next) => told.push(next)}
      problems={byField([])}
      disabled={false}
    />,
  );
  const field = screen.getByLabelText("Options");
  fireEvent.change(field, { target: { value: '{"a": 2' } });
  expect([told, screen.getByRole("status").textContent]).toEqual([[], expect.stringContaining("Line 1")]);
  fireEvent.change(field, { target: { value: '{"a": 2}' } });
  expect(told).toEqual([{ a: 2 }]);
});
