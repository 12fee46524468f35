// A note on the canvas. The server keeps it and never reads it.
import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo, useContext } from "react";
import { nameOf } from "../model/cells";
import type { CanvasNode } from "./graph";
import { NoteEditing } from "./note-editing";

export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<CanvasNode>) {
  const editing = useContext(NoteEditing);
  const { cell, mark } = data;
  const text = typeof cell.text === "string" ? cell.text : nameOf(cell);
  const own = cell.type === "note" && editing && data.editable;
  return (
    <div className={`note ${selected ? "is-selected" : ""} ${mark?.look ? `is-${mark.look}` : ""}`}>
      {own && (
        <NodeResizer
          isVisible={selected}
          minWidth={96}
          minHeight={48}
          onResizeEnd={(_, size) => editing.resize(id, size)}
        />
      )}
      {own && selected ? (
        <textarea
          className="note-text nodrag nowheel"
          aria-label="Text of the note"
          placeholder="A note"
          value={text}
          onChange={(event) => editing.write(id, event.target.value)}
        />
      ) : (
        <p className="note-text">{text || "A note"}</p>
      )}
    </div>
  );
});
