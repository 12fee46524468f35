import { expect, test } from "vitest";
import { hold, withHead } from "./hold";

const rows = (text: string) => [...text].map((name) => ({ name }));
const held = (before: string, latest: string) => {
  const { rows: shown, gone, fresh } = hold(rows(before), rows(latest), (row) => row.name);
  return [shown.map((row) => row.name).join(""), [...gone].join(""), fresh];
};

test("new rows are counted, and move nothing", () => {
  expect(held("cba", "edcba")).toEqual(["cba", "", 2]);
});

test("rows that left the list are told apart from those that new ones pushed to the next page", () => {
  expect(held("dcba", "dba")).toEqual(["dcba", "c", 0]);
  expect(held("dcba", "fedc")).toEqual(["dcba", "", 2]);
  expect(held("dcba", "edba")).toEqual(["dcba", "c", 1]);
  expect(held("ab", "")).toEqual(["ab", "ab", 0]);
});

test("rows are shown as they are now", () => {
  const before = [{ id: "a", state: "in_flight" }];
  expect(hold(before, [{ id: "a", state: "done" }], (row) => row.id).rows).toEqual([{ id: "a", state: "done" }]);
});

test("the first rows of a page are read again, and the others are as before", () => {
  const joined = (head: string, isAll: boolean, page: string) =>
    withHead(rows(head), isAll, rows(page), (row) => row.name)
      .map((row) => row.name)
      .join("");
  expect(joined("fed", false, "edcba")).toBe("fedcba");
  expect(joined("ec", false, "edcba")).toBe("ecba");
  expect(joined("hg", false, "ba")).toBe("hgba");
  expect(joined("c", true, "cba")).toBe("c");
});
