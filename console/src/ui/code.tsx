// A field for code: JSON, or a text with templates. It is a plain text field until it is focused; then CodeMirror is loaded and takes its place.
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Words } from "./code-complete";
import type { LineProblem } from "./code-lines";
import type { Code, Language } from "./code-mirror";
import "./code.css";

export type { Proposal, Words } from "./code-complete";

interface Props {
  /** What the field is for. */
  label: string;
  value: string;
  change: (value: string) => void;
  language: Language;
  placeholder?: string;
  /** How many lines are shown at least. */
  lines?: number;
  lineNumbers?: boolean;
  disabled?: boolean;
  invalid?: boolean;
  describedBy?: string;
  /** Whether it takes the height that there is. */
  tall?: boolean;
  /** Lines that something is wrong with. */
  problems?: LineProblem[];
  /** A line to go to, whenever it is asked for. */
  line?: { number: number; asked: number };
  /** What templates may name. */
  words?: () => Words;
  focus?: () => void;
  blur?: () => void;
}

const load = () => import("./code-mirror");
const LINES = 16;
/** A field with a longer text does not grow with it: that would take long to lay out. */
const LARGE = 10_000;

export function CodeField(props: Props) {
  const { label, value, lines = 1, disabled, placeholder, invalid, describedBy, tall, problems, line } = props;
  const host = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const code = useRef<Code>(null);
  const now = useRef(props);
  const [live, setLive] = useState(false);
  useEffect(() => {
    now.current = props;
  });
  useEffect(() => code.current?.set(value), [value]);
  useEffect(() => code.current?.enable(!disabled), [disabled]);
  useEffect(() => code.current?.mark(problems ?? []), [problems]);
  useEffect(
    () => () => {
      code.current?.destroy();
      code.current = null;
      // If the page only rests, the plain field is there when it comes back.
      setLive(false);
    },
    [],
  );
  const start = async () => {
    now.current.focus?.();
    // The plain field does as well, if the part does not come.
    const part = await load().catch(() => undefined);
    if (!part || !host.current || code.current) return;
    const { current } = now;
    const focused = document.activeElement === plain.current;
    // What somebody selected meanwhile stays selected.
    const from = plain.current?.selectionStart;
    const to = plain.current?.selectionEnd;
    code.current = part.mountCode(host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" }), {
      value: current.value,
      language: current.language,
      label: current.label,
      placeholder: current.placeholder,
      disabled: current.disabled,
      lineNumbers: current.lineNumbers,
      tall: current.tall,
      words: current.words && (() => now.current.words?.() ?? { paths: [], filters: [], tags: [] }),
      change: (text) => now.current.change(text),
      focused: () => now.current.focus?.(),
      blur: () => now.current.blur?.(),
    });
    // The editor can take the focus only once it is shown.
    flushSync(() => setLive(true));
    if (focused) code.current.focus(from, to);
  };
  const begin = useRef(start);
  useEffect(() => {
    begin.current = start;
  });
  // A tall field is what its page is for: its marks are wanted at once.
  useEffect(() => {
    if (tall || line) void begin.current().then(() => line && code.current?.toLine(line.number));
  }, [tall, line]);
  return (
    // The host's class tells that keys inside are typed: events come from the shadow root as if from the host.
    <div className={`code-field ${invalid ? "invalid" : ""} ${tall ? "tall" : ""}`}>
      <div ref={host} className="code-host cm-editor" hidden={!live} />
      {!live && (
        <textarea
          ref={plain}
          className={`code-plain mono ${value.length > LARGE ? "is-large" : ""}`}
          aria-label={label}
          aria-invalid={invalid || undefined}
          aria-describedby={describedBy}
          value={value}
          placeholder={placeholder}
          disabled={disabled}
          rows={Math.max(lines, Math.min(LINES, value.split("\n", LINES).length))}
          spellCheck={false}
          onFocus={start}
          onBlur={() => now.current.blur?.()}
          onChange={(event) => props.change(event.target.value)}
        />
      )}
    </div>
  );
}
