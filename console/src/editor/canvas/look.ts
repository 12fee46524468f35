// How cells look: the icon and the colour of each type, and the marks that pages put on cells and links.
import { ownOf } from "../../own";
import type { IconName } from "../../ui/icon";
import type { Tone } from "../../ui/state";
import { type AgentType, ERROR } from "../model/ports";

export type Colour = "trigger" | "filter" | "action" | "persistent" | "external" | "other";

const ICONS: Record<string, IconName> = {
  webhook: "zap",
  schedule: "clock",
  manual: "hand",
  client: "plug",
  email_received: "reply",
  rss: "rss",
  scheduler: "clock",
  served_agent: "bot",
  watchdog: "activity",
  weather: "globe",
  change_detector: "activity",
  condition: "filter",
  de_duplication: "copy",
  gap_detector: "clock",
  merge: "merge",
  peak_detector: "activity",
  rate_limit: "hourglass",
  split: "split",
  trigger: "filter",
  agent: "plug",
  ai_agent_proxy: "send",
  answer_caller: "reply",
  approval: "hand",
  attribute_difference: "activity",
  commander: "power",
  csv: "layout",
  data_output: "rss",
  delay: "hourglass",
  digest: "layout",
  email: "send",
  email_digest: "send",
  event_formatting: "text",
  http_request: "globe",
  http_status: "globe",
  javascript: "code",
  json_parse: "text",
  key_value_store: "database",
  liquid_output: "layout",
  persistent_agent: "bot",
  pushover: "send",
  reply: "reply",
  s3: "database",
  slack: "send",
  telegram: "send",
  twilio: "send",
  website: "globe",
};

const OF_KIND: Record<AgentType["kind"], IconName> = { trigger: "zap", filter: "filter", action: "play" };

export function iconOf(type: string, kind: AgentType["kind"] | undefined): IconName {
  return ownOf(ICONS, type) ?? (kind ? OF_KIND[kind] : "database");
}

const COLOURS: Record<string, Colour> = {
  persistent_agent: "persistent",
  served_agent: "persistent",
  ai_agent_proxy: "external",
  agent: "external",
};

export function colourOf(type: string, kind: AgentType["kind"] | undefined): Colour {
  return ownOf(COLOURS, type) ?? kind ?? "other";
}

/** What a page says of a cell or a link. */
export interface Mark {
  /** `lit` and `faded` are for the way of a run, the others for what differs between two versions, or went wrong. */
  look?: "lit" | "faded" | "added" | "removed" | "changed" | "failed";
  /** How many events: that an agent took part in, or that went along a link. */
  count?: number;
  /** What the count counts, when it is pointed at. */
  counts?: string;
  /** How an agent stands: the dot, and its words. */
  tone?: Tone;
  state?: string;
}

export interface Marks {
  cells?: ReadonlyMap<string, Mark>;
  links?: ReadonlyMap<string, Mark>;
}

/** A group in the words of a label: errors are told by their colour, too. */
export function isErrorGroup(group: string | undefined): boolean {
  return group === ERROR;
}
