import { describe, expect, it } from "vitest";
import { CHANGING, commandOf, SHEET, sheetOf } from "./keys";

const press = (text: string) => {
  const parts = text.split(" ");
  return {
    key: parts.at(-1) ?? "",
    ctrlKey: parts.includes("Ctrl"),
    metaKey: parts.includes("Meta"),
    shiftKey: parts.includes("Shift"),
    altKey: parts.includes("Alt"),
  };
};

describe("keys", () => {
  it.each([
    ["/", "add"],
    ["Ctrl z", "undo"],
    ["Ctrl Shift Z", "redo"],
    ["Meta z", "undo"],
    ["Ctrl y", "redo"],
    ["Shift ?", "sheet"],
    ["Shift Tab", "previousNode"],
    ["Shift ArrowLeft", "left"],
    ["Ctrl Enter", "start"],
    ["Alt a", undefined],
    ["Ctrl c", undefined],
    ["Ctrl l", undefined],
  ])("%s is %s", (text, command) => expect(commandOf(press(text))).toBe(command));

  it("that change something are not on the sheet of whoever may only look", () => {
    const commands = sheetOf(false).flatMap(([, rows]) => rows.map(({ command }) => command));
    expect(commands).toEqual(expect.arrayContaining(["configure", "find", "copy", "sheet"]));
    expect(commands.filter((command) => CHANGING.has(command))).toEqual([]);
    expect(sheetOf(true)).toBe(SHEET);
  });

  it("do what the sheet says", () => {
    const named = SHEET.flatMap(([, rows]) => rows).flatMap(({ command, keys }) => keys.map((key) => [key, command]));
    for (const [keys = "", command] of named) {
      if (["copy", "cut", "paste"].includes(String(command)) || /[←−]|Tab$/.test(keys)) continue;
      expect([keys, commandOf(press(keys.replace("Esc", "Escape")))]).toEqual([keys, command]);
    }
  });
});
