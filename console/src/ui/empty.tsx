// An empty page: the one next step.
import type { ReactNode } from "react";
import "./empty.css";

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
