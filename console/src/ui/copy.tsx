// Copying: a button that says for a moment that it has copied.
import { type ButtonHTMLAttributes, useEffect, useState } from "react";
import { IconButton } from "./button";

/** A text that is long to make is made when it is copied. */
type Text = string | (() => string);

interface CopyProps extends Pick<ButtonHTMLAttributes<HTMLButtonElement>, "tabIndex"> {
  text: Text;
  label?: string;
  /** The key that presses the button, where something else has the focus. */
  "data-key"?: string;
}

export function Copy({ text, label = "Copy", ...rest }: CopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const over = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(over);
  }, [copied]);
  const copy = () =>
    navigator.clipboard.writeText(typeof text === "string" ? text : text()).then(() => setCopied(true));
  return <IconButton icon={copied ? "check" : "copy"} label={copied ? "Copied" : label} onClick={copy} {...rest} />;
}

/** A short id, copied whole. */
export function Id({ id }: { id: string }) {
  const short = id.length > 14 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id;
  return (
    <button
      type="button"
      className="mono muted id"
      title={`${id} (copies the id)`}
      onClick={() => void navigator.clipboard.writeText(id)}
    >
      {short}
    </button>
  );
}

/** A line to copy, like a `curl` command. */
export function CopyLine({ text }: { text: string }) {
  return (
    <div className="copy-line">
      <pre>{text}</pre>
      <Copy text={text} />
    </div>
  );
}
