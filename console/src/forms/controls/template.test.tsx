// What a template gives is shown with what was passed over in it.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { FormContext } from "../context";
import { Preview } from "./template";

afterEach(cleanup);

const WARNINGS = [
  { path: "", line: 2, message: "there is no filter `jsonify`, so it changes nothing" },
  { path: "items[0].name", line: 1, message: "`.name` is read as `name`" },
];

test("warnings stand below what a template gives, with their places and lines", () => {
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  client.setQueryData(["preview", "p", undefined, undefined, "{{ a }}"], { result: "Ada", warnings: WARNINGS });
  const form = { project: "p", root: {}, problems: new Map(), disabled: false };
  render(
    <QueryClientProvider client={client}>
      <FormContext value={form}>
        <Preview template="{{ a }}" />
      </FormContext>
    </QueryClientProvider>,
  );
  expect(screen.getByText("Ada")).toBeTruthy();
  const shown = [...document.querySelectorAll(".form-warning")].map((line) => line.textContent?.trim());
  expect(shown).toEqual([
    "line 2: there is no filter `jsonify`, so it changes nothing",
    "items[0].name line 1: `.name` is read as `name`",
  ]);
});
