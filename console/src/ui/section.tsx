// A part of a page with its heading and its actions; and a control with its name and what to know of it.
import { type ReactNode, useId } from "react";
import "./section.css";

interface SectionProps {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header className="row section-head">
        <h2 id={id} className="grow">
          {title}
        </h2>
        {actions}
      </header>
      {children}
    </section>
  );
}

interface LabelledProps {
  label: string;
  help?: ReactNode;
  children: (id: string) => ReactNode;
}

/** A control below its name. It gets the id by which the name is its label. */
export function Labelled({ label, help, children }: LabelledProps) {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {help && <p className="muted small">{help}</p>}
    </div>
  );
}

/** Names with their values, in two columns. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="muted">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
