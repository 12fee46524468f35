import { expect, test } from "vitest";
import { offerAt } from "./code-complete";

const words = {
  paths: [{ label: "order" }, { label: "order.total" }, { label: "reorder" }],
  filters: [{ label: "size" }],
  tags: [{ label: "credential key" }],
};
const offered = (text: string, asked = false, pos = text.length) =>
  offerAt(text, pos, words, asked)?.options.map(({ apply }) => apply);

test("paths are offered inside of templates, those that begin so first, and close them", () => {
  expect(offered("a {{")).toEqual([" order }}", " order.total }}", " reorder }}"]);
  expect(offered("{{ ord")).toEqual(["order }}", "order.total }}", "reorder }}"]);
  expect(offered("{{ ord }}", false, 6)).toEqual(["order", "order.total", "reorder"]);
  expect(offered("{{ ord and {{ b }}", false, 6)?.[0]).toBe("order }}");
  expect(offered("{{ a {{ ord")?.[0]).toBe("order }}");
});

test("filters are offered behind a bar, tags in theirs, nothing elsewhere unless it is asked for", () => {
  expect(offered("{{ order | s")).toEqual(["size }}"]);
  expect(offered("{% cred")).toEqual(["credential key %}"]);
  expect(offered("{{ order }} ord")).toBeUndefined();
  expect(offered("", true)?.[0]).toBe("{{ order }}");
});
