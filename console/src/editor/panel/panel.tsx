// The panel of the selected agent: its name and type.
import { type Cell, nameOf, typeOf } from "../model/cells";
import type { EditorStore } from "../store";

export function Panel({
  cell,
}: {
  project: string;
  workflow: string;
  store: EditorStore;
  cell: Cell | undefined;
  close?: () => void;
}) {
  return cell ? (
    <section className="page">
      <h2>{nameOf(cell)}</h2>
      <p className="muted">{typeOf(cell)}</p>
    </section>
  ) : null;
}
