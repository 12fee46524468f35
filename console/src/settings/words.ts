// Words for what settings speak of.
import type { Schemas } from "../api/types";

const NOUNS = ["workflow", "persistent agent", "credential", "API key"];

/** What a project holds, in words: `3 workflows, 1 persistent agent and 2 API keys`. */
export function goes(counts: { count: number; more: boolean }[]): string {
  const parts = counts.flatMap(({ count, more }, at) =>
    count === 0 ? [] : [`${more ? "more than " : ""}${count} ${NOUNS[at]}${count === 1 && !more ? "" : "s"}`],
  );
  if (parts.length === 0) return "its settings";
  return parts.length === 1 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** What each role may do. */
export const ROLES: Record<Schemas["Role"], string> = {
  owner: "Everything in the project: also keys, credentials, and its end.",
  editor: "Builds, starts and stops workflows and agents, replays, accepts connections. No keys, no credentials.",
  viewer: "Sees everything but secrets, and changes nothing.",
  ingest: "Posts events and asks agents, and sees nothing: for programs.",
};

/** The hosts of a field: separated by spaces, commas or lines. */
export function hostsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((host) => host !== "");
}

/** The providers of models whose key is a credential of the same name, and where it may go. */
export const PROVIDERS: Record<string, string> = {
  openai: "api.openai.com",
  anthropic: "api.anthropic.com",
  gemini: "generativelanguage.googleapis.com",
};
