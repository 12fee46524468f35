// An empty canvas: what to drag first, and a button that does it.
import { useRef, useState } from "react";
import { Button } from "../../ui/button";
import { Empty as Words } from "../../ui/empty";
import type { Commands } from "./commands";
import type { Ware } from "./stock";

interface Props {
  wares: readonly Ware[];
  commands: Commands;
  goTo: (key: string) => void;
  showAll: () => void;
}

export function Empty({ wares, commands, goTo, showAll }: Props) {
  const file = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string>();
  const webhook = wares.find(({ id }) => id === "webhook");
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    // The text goes as it is: what nobody changes keeps its bytes, and its place.
    const first = commands.bring(await chosen.text());
    if (first === undefined) return setWrong(`${chosen.name} holds no cells: a canvas is JSON like {"cells": [...]}.`);
    goTo(first);
    showAll();
  };
  return (
    <div className="canvas-empty">
      <Words title="Begin with a trigger: what starts the flow?">
        <p>Drag one here from the left: a webhook takes events over HTTP, a schedule comes by itself.</p>
        <div className="row">
          {webhook && (
            <Button kind="main" icon="zap" onClick={() => goTo(commands.put(webhook.stock, { x: 80, y: 160 }) ?? "")}>
              Add a webhook
            </Button>
          )}
          <Button icon="upload" onClick={() => file.current?.click()}>
            Import a file
          </Button>
        </div>
        <input
          ref={file}
          type="file"
          accept=".json,application/json"
          aria-label="A file with a canvas"
          hidden
          onChange={(event) => void take(event.target.files?.[0])}
        />
        {wrong && <p role="alert">{wrong}</p>}
        <p className="small">Press / for a palette, ? for all shortcuts. Cells can be pasted as JSON.</p>
      </Words>
    </div>
  );
}
