// A dialog over the page: the browser's own, which holds the focus, closes by Escape, and lies above all else.
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { createPortal } from "react-dom";

interface Props {
  label?: string;
  labelledBy?: string;
  role?: "dialog" | "alertdialog";
  className: string;
  /** What has the focus first. */
  first?: { current: HTMLElement | null };
  /** Called when it is closed in whatever way. */
  close: () => void;
  children: ReactNode;
  ref?: Ref<HTMLDialogElement>;
}

/** It is open as long as it is there. */
export function Dialog({ label, labelledBy, role = "dialog", className, first, close, children, ref }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useImperativeHandle(ref, () => dialog.current as HTMLDialogElement);
  useEffect(() => {
    const before = document.activeElement;
    const { current } = dialog;
    current?.showModal?.();
    first?.current?.focus();
    return () => {
      // A page that rests, as behind the sign-in, has no dialog over others.
      current?.close?.();
      if (before instanceof HTMLElement) before.focus();
    };
  }, [first]);
  return createPortal(
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does by the keyboard what a click beside it does.
    <dialog
      ref={dialog}
      role={role}
      aria-label={label}
      aria-labelledby={labelledBy}
      className={className}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === event.currentTarget && role === "dialog" && close()}
    >
      {children}
    </dialog>,
    document.body,
  );
}
