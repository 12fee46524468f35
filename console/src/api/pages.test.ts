import { expect, test } from "vitest";
import { allRows } from "./pages";

const read = async (cursor: string | undefined) => {
  const at = Number(cursor ?? 0);
  return { data: [at], meta: { next_cursor: at < 2 ? String(at + 1) : null } };
};

test("a list is read to its end, or as far as is wanted", async () => {
  expect(await allRows(read)).toEqual([0, 1, 2]);
  expect(await allRows(read, 2)).toEqual([0, 1]);
});
