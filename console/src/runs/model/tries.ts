// Which attempt of a step it was, where that tells something: a step that asked somebody begins again when the answer comes, and nothing failed.
import type { Step } from "./steps";

/** The groups in which answers come: of external agents, persistent agents and entry points. */
const ANSWERS = new Set(["on_finish", "on_reply"]);

export function triesOf({ delivery, emitted }: Pick<Step, "delivery" | "emitted">): number | undefined {
  if (!delivery || (delivery.attempt === 0 && !delivery.error)) return undefined;
  const isAnswered = emitted.some((event) => event.groups.some((group) => ANSWERS.has(group)));
  return isAnswered ? undefined : delivery.attempt + 1;
}
