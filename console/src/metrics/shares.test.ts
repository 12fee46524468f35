import { expect, test } from "vitest";
import { groupsOf, lanes, spans } from "./shares";

test("lanes are held against their weights", () => {
  const groups = groupsOf({ groups: [{ name: "a", weight: 3 }, { name: "b" }, { weight: 1 }, null] });
  expect(groups).toEqual([
    { name: "a", weight: 3 },
    { name: "b", weight: 1 },
  ]);
  expect(lanes(groups, { a: 6, other: 5 })).toMatchObject([
    { group: "a", wanted: 0.75, count: 6, had: { share: 1 } },
    { group: "b", wanted: 0.25, count: 0, had: { share: 0 } },
  ]);
});

test("events are held against the weights of the version that they came through", () => {
  const split = (a: number, b: number) => ({
    groups: [
      { name: "a", weight: a },
      { name: "b", weight: b },
    ],
  });
  const row = (version: number | null, a: number, b: number) =>
    ({ cell_id: "s", version, emitted_by_group: { a, b } }) as unknown as Parameters<typeof spans>[1][number];
  const cells = new Map(
    [1, 2, 3].map((version) => [
      version,
      [{ id: "s", config: version === 3 ? split(9, 1) : split(1, 1) }, { id: "t" }],
    ]),
  );
  const today = { cell_id: "s", config: split(9, 1) };
  const shown = spans(today, [row(1, 5, 5), row(3, 9, 1), row(2, 4, 6), row(null, 90, 10)], cells);
  expect(
    shown.map(({ versions, lanes, isOnly }) => [versions, isOnly, lanes.map(({ wanted, count }) => [wanted, count])]),
  ).toEqual([
    [
      "version 3",
      false,
      [
        [0.9, 99],
        [0.1, 11],
      ],
    ],
    [
      "versions 1 and 2",
      false,
      [
        [0.5, 9],
        [0.5, 11],
      ],
    ],
  ]);
  expect(spans(today, [row(3, 9, 1), row(4, 0, 0)], cells)).toMatchObject([{ isOnly: true }]);
  expect(spans(today, [row(3, 0, 0)], cells)).toEqual([]);
});
