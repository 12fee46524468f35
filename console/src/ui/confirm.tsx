// "Are you sure?", only for what cannot be undone: it names what goes, and the dangerous button is never the focused one.
import { cloneElement, type ReactElement, type ReactNode, useId, useRef, useState } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import "./confirm.css";

interface Props {
  /** The button that asks. Without one, as for an item of a menu, `open` says when it is asked, and `close` is told of the end. */
  trigger?: ReactElement<{ onClick?: () => void }>;
  open?: boolean;
  close?: () => void;
  title: string;
  /** What goes: `3 agents, 1,204 events`. */
  children: ReactNode;
  /** What the button does: `Delete the workflow`. */
  action: string;
  act: () => void;
}

export function Confirm({ trigger, open = false, close, ...question }: Props) {
  const [asking, setAsking] = useState(false);
  const end = () => {
    setAsking(false);
    close?.();
  };
  return (
    <>
      {trigger && cloneElement(trigger, { onClick: () => setAsking(true) })}
      {(asking || open) && <Question {...question} end={end} />}
    </>
  );
}

type QuestionProps = Pick<Props, "title" | "children" | "action" | "act"> & { end: () => void };

function Question({ title, children, action, act, end }: QuestionProps) {
  const keep = useRef<HTMLButtonElement>(null);
  const id = useId();
  return (
    <Dialog role="alertdialog" className="confirm" labelledBy={id} first={keep} close={end}>
      <h2 id={id} className="confirm-title">
        {title}
      </h2>
      {children}
      <div className="confirm-buttons">
        <Button ref={keep} onClick={end}>
          Keep
        </Button>
        <Button
          kind="danger"
          onClick={() => {
            end();
            act();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
