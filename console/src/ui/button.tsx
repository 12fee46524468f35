// Buttons: with words, or an icon that has its words as a label. Who may not do what a button does, does not see it.
import { type ButtonHTMLAttributes, type FocusEvent, type MouseEvent, type Ref, useRef, useState } from "react";
import "./button.css";
import { Icon, type IconName } from "./icon";

interface Look extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "main" | "danger" | "quiet";
  icon?: IconName;
  ref?: Ref<HTMLButtonElement>;
}

/** A button that can do nothing for a moment, as while it does what it was pressed for, keeps the focus. */
function useKept({ disabled, onClick, onFocus, onBlur, ...rest }: ButtonHTMLAttributes<HTMLButtonElement>) {
  const [focused, setFocused] = useState(false);
  return {
    ...rest,
    disabled: disabled && !focused,
    "aria-disabled": disabled || undefined,
    onClick: disabled ? (event: MouseEvent<HTMLButtonElement>) => event.preventDefault() : onClick,
    onFocus: (event: FocusEvent<HTMLButtonElement>) => {
      setFocused(true);
      onFocus?.(event);
    },
    onBlur: (event: FocusEvent<HTMLButtonElement>) => {
      setFocused(false);
      onBlur?.(event);
    },
  };
}

/** Two clicks within this time are one: what a button with words does is not meant twice. */
const ONCE = 300;

export function Button({ kind = "plain", icon, className = "", children, ref, onClick, ...rest }: Look) {
  const last = useRef(Number.NEGATIVE_INFINITY);
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    const again = event.detail > 1 || event.timeStamp - last.current < ONCE;
    last.current = event.timeStamp;
    // A form is not sent twice either.
    if (again) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button ref={ref} type="button" className={`button ${kind} ${className}`} {...useKept({ ...rest, onClick: click })}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that is an icon alone. */
export function IconButton({
  icon,
  label,
  kind = "quiet",
  className = "",
  ref,
  ...rest
}: Look & { icon: IconName; label: string }) {
  return (
    <button
      ref={ref}
      type="button"
      className={`button only-icon ${kind} ${className}`}
      aria-label={label}
      title={label}
      {...useKept(rest)}
    >
      <Icon name={icon} />
    </button>
  );
}
