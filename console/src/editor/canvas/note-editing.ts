// How a note is written: given by a canvas that may be changed, and missing where a graph is only shown.
import { createContext } from "react";

export interface NoteActions {
  write: (key: string, text: string) => void;
  resize: (key: string, to: { x: number; y: number; width: number; height: number }) => void;
}

export const NoteEditing = createContext<NoteActions | undefined>(undefined);
