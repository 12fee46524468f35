// A text that may be very long: at first, only so much of it is shown as is drawn at once.
import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { count } from "./time";

const SOME = 20_000;
/** Each "more" shows so many times as much. */
const TIMES = 10;

/** The beginning of a text, or its end. No character is cut in two. */
export function partOf(text: string, most: number, end = false): string {
  if (text.length <= most) return text;
  return end ? text.slice(-most).replace(/^[\uDC00-\uDFFF]/, "") : text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
}

interface Props {
  text: string;
  /** Whether its end is what counts: it is still being written. */
  end?: boolean;
  /** Draws what is shown. */
  children: (shown: string) => ReactNode;
}

export function LongText({ text, end, children }: Props) {
  const [most, setMost] = useState(SOME);
  const shown = children(partOf(text, most, end));
  if (text.length <= most) return shown;
  const all = `${count(text.length)} characters`;
  return end ? (
    <>
      <p className="muted small">The end of {all} so far</p>
      {shown}
    </>
  ) : (
    <>
      {shown}
      <Button kind="quiet" onClick={() => setMost(most * TIMES)}>
        Show more of {all}
      </Button>
    </>
  );
}
