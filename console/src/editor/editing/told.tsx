// A word at the foot of the canvas, which goes by itself: what a paste or a drop did not do, or a link did not find.
import { type ReactNode, useEffect, useState } from "react";
import "./told.css";

const LONG = 6000;

/** What is said, to be shown, and how to say something. */
export function useTold(): [ReactNode, (words: string) => void] {
  const [told, tell] = useState<string>();
  useEffect(() => {
    if (told === undefined) return;
    const over = setTimeout(() => tell(undefined), LONG);
    return () => clearTimeout(over);
  }, [told]);
  return [
    <div key="told" className="canvas-told" role="status">
      {told && <p>{told}</p>}
    </div>,
    tell,
  ];
}
