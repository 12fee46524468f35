import { expect, test } from "vitest";
import { filesOf, profileOf, sameTexts, standing, TEMPLATE, textOf, whole, withText } from "./definition";

test("the profile is named in the front matter alone", () => {
  expect(profileOf("---\nmodel: false\nprofile: terse\n---\nHi")).toBe("terse");
  expect(profileOf('---\nprofile: "a-b"  # why\n---\n')).toBe("a-b");
  expect(profileOf("---\nmodel: false\n---\nprofile: no")).toBeUndefined();
  expect(profileOf(TEMPLATE)).toBeUndefined();
});

test("a definition is some files", () => {
  const texts = { text: "a", profiles: { z: "zz", b: "bb" } };
  expect(filesOf("clerk", texts)).toEqual(["clerk.md", "profiles/b.md", "profiles/z.md"]);
  expect(textOf(texts, "profiles/z.md")).toBe("zz");
  const changed = withText(withText(texts, "clerk.md", "A"), "profiles/new.md", "n");
  expect(changed).toEqual({ text: "A", profiles: { z: "zz", b: "bb", new: "n" } });
  expect([sameTexts(texts, { ...texts }), sameTexts(texts, changed)]).toEqual([true, false]);
  expect(whole("clerk", { text: "a\n", profiles: { b: "bb" } })).toBe("a\n\n=== profiles/b.md\nbb");
});

test("an agent runs its last version without errors", () => {
  const states = [
    [2, 2],
    [3, 2],
    [1, 0],
  ].map(([version = 0, running_version = 0]) => standing({ version, running_version }).state);
  expect(states).toEqual(["ready", "v2 runs", "has errors"]);
});
