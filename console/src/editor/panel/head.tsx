// The head of the panel: the agent's name, which is changed in place, its type, and what the type does.
import { type ReactNode, useState } from "react";
import { Doc, firstSentence } from "../../forms/text";
import { Icon } from "../../ui/icon";
import { colourOf, iconOf } from "../canvas/look";
import { isDisabled, typeOf } from "../model/cells";
import type { TabProps } from "./shared";

interface Props extends Pick<TabProps, "cell" | "type" | "name" | "may"> {
  wrong: number;
  rename: (name: string) => void;
  children?: ReactNode;
}

export function Head({ cell, type, name, may, wrong, rename, children }: Props) {
  const [doc, setDoc] = useState(false);
  const title = type?.title ?? (typeOf(cell) || "Agent");
  return (
    <header className="panel-head">
      <div className="row">
        <span className={`panel-tile of-${colourOf(typeOf(cell), type?.kind)}`}>
          <Icon name={iconOf(typeOf(cell), type?.kind)} />
        </span>
        <input
          className="editor-name grow"
          aria-label="Name of the agent"
          value={name}
          disabled={!may}
          maxLength={200}
          onChange={(event) => rename(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
        {children}
      </div>
      <div className="row panel-type">
        <button type="button" className="form-fold" aria-expanded={doc} onClick={() => setDoc(!doc)} disabled={!type}>
          {type && <Icon name={doc ? "chevronDown" : "chevronRight"} size={12} />}
          <span className="panel-title">{title}</span>
          {isDisabled(cell) && <span className="panel-off">disabled</span>}
          {type && !doc && <span className="muted cut small">{firstSentence(type.description).first}</span>}
        </button>
        {wrong > 0 && (
          <span className="panel-wrong">
            <Icon name="alert" size={12} /> {wrong === 1 ? "1 problem" : `${wrong} problems`}
          </span>
        )}
      </div>
      {doc && type && (
        <div className="panel-doc">
          <Doc text={type.description} />
          <p className="muted small">Groups: {type.groups.join(", ")}</p>
        </div>
      )}
    </header>
  );
}
