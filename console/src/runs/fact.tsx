// A fact with its name, one line of a list of facts.
import type { ReactNode } from "react";
import "./facts.css";

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt className="muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
