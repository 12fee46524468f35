// The wheel: what can be done with the selected agent, around it. By keyboard: W goes into it, arrows go around, Esc leaves.
import type { KeyboardEvent } from "react";
import { IconButton } from "../../ui/button";
import type { IconName } from "../../ui/icon";
import { focusNode, useBoxOf } from "./place";
import "./wheel.css";

export interface Deed {
  id: string;
  label: string;
  icon: IconName;
  act: () => void;
}

/** Where each button stands: a point of the box, as shares of its width and height, and so many pixels away from there. */
const SPOTS: [number, number, number, number][] = [
  [0, 0, 16, -22],
  [0.5, 0, 0, -28],
  [1, 0, -16, -22],
  [1, 1, -16, 22],
  [0.5, 1, 0, 28],
  [0, 1, 16, 22],
];

export function Wheel({ node, name, deeds }: { node: string; name: string; deeds: Deed[] }) {
  const box = useBoxOf(node);
  if (!box) return null;
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by !== undefined) buttons[(at + by + buttons.length) % buttons.length]?.focus();
    else if (event.key === "Escape") focusNode(node);
    else if (event.key === "Enter" || event.key === " ") return event.stopPropagation();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="wheel" role="toolbar" aria-label={`Actions of ${name}`} onKeyDown={press}>
      {deeds.map((deed, at) => {
        const [x, y, right, down] = SPOTS[at] ?? [0, 0, 0, 0];
        return (
          <IconButton
            key={deed.id}
            icon={deed.icon}
            label={deed.label}
            className={`wheel-button ${deed.id}`}
            tabIndex={-1}
            onClick={deed.act}
            style={{ left: box.x + x * box.width + right, top: box.y + y * box.height + down }}
          />
        );
      })}
    </div>
  );
}
