// Buttons: with words, or an icon that has its words as a label. Who may not do what a button does, does not see it.
import type { ButtonHTMLAttributes, Ref } from "react";
import "./button.css";
import { Icon, type IconName } from "./icon";

interface Look extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "main" | "danger" | "quiet";
  icon?: IconName;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "plain", icon, className = "", children, ...rest }: Look) {
  return (
    <button type="button" className={`button ${kind} ${className}`} {...rest}>
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
  ...rest
}: Look & { icon: IconName; label: string }) {
  return (
    <button
      type="button"
      className={`button only-icon ${kind} ${className}`}
      aria-label={label}
      title={label}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
