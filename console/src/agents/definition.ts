// The text of a persistent agent: front matter between lines of `---`, then what the model is told.
import type { Schemas } from "../api/types";

/** A text that is right and answers at once: its model is a script of the program, which needs no key. */
export const TEMPLATE = `---
description: Answers questions, and keeps notes.
model: demo/guide        # Needs no key. A real one: openai/gpt-5-mini, anthropic/claude-sonnet-4-5, gemini/gemini-2.5-flash
tools: [read, write, edit, list, grep]
on_busy: queue           # A prompt that meets a session at work: reject | queue | interrupt
persist: 30d             # How long a session is kept: true | false | 30d | 12h
---
You help whoever asks. You are the instance \`{{ id }}\`.

Keep what you are asked to remember in files below \`notes/\`.
`;

export interface Texts {
  text: string;
  profiles: Record<string, string>;
}

/** The profile that a text names in its front matter. */
export function profileOf(text: string): string | undefined {
  const front = /^---\r?\n([\s\S]*?)^---\s*$/m.exec(text)?.[1];
  return front && /^profile:\s*["']?([\w-]+)/m.exec(front)?.[1];
}

/** The files that a definition is made of: the agent's, then its profiles. */
export function filesOf(agent: string, texts: Texts): string[] {
  return [
    `${agent}.md`,
    ...Object.keys(texts.profiles)
      .sort()
      .map((name) => `profiles/${name}.md`),
  ];
}

const nameOf = (file: string) => /^profiles\/(.*)\.md$/.exec(file)?.[1];

export function textOf(texts: Texts, file: string): string {
  const profile = nameOf(file);
  return profile === undefined ? texts.text : (texts.profiles[profile] ?? "");
}

/** The texts with another one for a file. */
export function withText(texts: Texts, file: string, text: string): Texts {
  const profile = nameOf(file);
  return profile === undefined ? { ...texts, text } : { ...texts, profiles: { ...texts.profiles, [profile]: text } };
}

export function sameTexts(one: Texts, other: Texts): boolean {
  const names = Object.keys(one.profiles);
  return (
    one.text === other.text &&
    names.length === Object.keys(other.profiles).length &&
    names.every((name) => one.profiles[name] === other.profiles[name])
  );
}

/** All texts as one, to see what differs: each profile below a line with its file's name. */
export function whole(agent: string, texts: Texts): string {
  return filesOf(agent, texts)
    .map((file, at) => (at === 0 ? "" : `\n=== ${file}\n`) + textOf(texts, file))
    .join("");
}

/** How it stands with an agent, in a word. */
export function standing(agent: Pick<Schemas["PersistentAgent"], "version" | "running_version">) {
  if (agent.running_version === 0) return { state: "has errors", tone: "red" as const };
  if (agent.running_version < agent.version) return { state: `v${agent.running_version} runs`, tone: "amber" as const };
  return { state: "ready", tone: "green" as const };
}
