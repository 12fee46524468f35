import { expect, test } from "vitest";
import { event, part, whole, work } from "./fixture";
import { fold, moved, rowsOf } from "./rows";
import { treeOf } from "./steps";

const tree = treeOf(whole());
const cells = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => `${row.depth} ${row.step.cell}`);

test("a tree is shown row by row, and folds", () => {
  expect(cells(rowsOf(tree, new Map()))).toEqual(["0 in", "1 a", "2 b", "1 c"]);
  const folded = rowsOf(tree, fold(new Map(), ["d1.0"], false));
  expect(cells(folded)).toEqual(["0 in", "1 a", "1 c"]);
  expect(folded[1]?.hidden).toBe(1);
});

test("a filter gives a list", () => {
  expect(cells(rowsOf(tree, new Map(), { agent: "b" }))).toEqual(["0 b"]);
  expect(cells(rowsOf(tree, new Map(), { state: "waiting" }))).toEqual(["0 c"]);
});

test("a large run shows its first levels", () => {
  const many = Array.from({ length: 600 }, (_, at) =>
    work(`d${at}`, "a", {
      event_ids: [`e${at}`],
      events: [event(`e${at}`, "a", { cause: { event: "e", delivery: `d${at}` }, deliveries: [work(`x${at}`, "b")] })],
    }),
  );
  const rows = rowsOf(treeOf([part([event("e", "in", { deliveries: many })])]), new Map());
  expect(rows.length).toBe(1201);
});

test("keys move, fold and open", () => {
  const rows = rowsOf(tree, new Map());
  expect(moved(rows, "e0", "ArrowDown").go).toBe("d1.0");
  expect(moved(rows, "e0", "k").go).toBe("e0");
  expect(moved(rows, undefined, "j").go).toBe("e0");
  expect(moved(rows, "d1.0", "ArrowLeft").fold).toEqual(["d1.0", false]);
  expect(moved(rows, "d2.0", "ArrowLeft").go).toBe("d1.0");
  expect(moved(rows, "d1.0", "ArrowRight").go).toBe("d2.0");
  expect(moved(rows, "d1.0", "x")).toEqual({});
});
