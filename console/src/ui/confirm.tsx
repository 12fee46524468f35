// "Are you sure?", only for what cannot be undone: it names what goes, and the dangerous button is never the focused one.
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type ReactElement, type ReactNode, useRef } from "react";
import { Button } from "./button";
import "./confirm.css";

interface Props {
  /** The button that asks. Without one, as for an item of a menu, `open` says when it is asked, and `close` is told of the end. */
  trigger?: ReactElement;
  open?: boolean;
  close?: () => void;
  title: string;
  /** What goes: `3 agents, 1,204 events`. */
  children: ReactNode;
  /** What the button does: `Delete the workflow`. */
  action: string;
  act: () => void;
}

export function Confirm({ trigger, open, close, title, children, action, act }: Props) {
  const keep = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open={open} onOpenChange={(now) => !now && close?.()}>
      {trigger && <AlertDialog.Trigger render={trigger} />}
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="confirm" initialFocus={keep}>
          <AlertDialog.Title className="confirm-title">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />}>{children}</AlertDialog.Description>
          <div className="confirm-buttons">
            <AlertDialog.Close render={<Button ref={keep} />}>Keep</AlertDialog.Close>
            <AlertDialog.Close render={<Button kind="danger" onClick={act} />}>{action}</AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
