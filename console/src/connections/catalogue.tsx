// What there is to use: the entry points that projects publish, with what they take and give.
import { useEffect, useState } from "react";
import { Empty } from "../ui/empty";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import { useParam } from "../url";
import { useAllAgents } from "../workflows/all-agents";
import { useCatalogue, useProjectNames } from "./data";
import { EntryPointFacts, Schemas, Standing } from "./entry-point";
import { cellOf, type EntryPoint } from "./stages";

export function Catalogue({ project }: { project: string }) {
  const [words, find] = useParam("q");
  const [typed, setTyped] = useState(words ?? "");
  const [chosen, choose] = useParam("entry");
  const nameOf = useProjectNames();
  const catalogue = useCatalogue(words ?? "");
  useEffect(() => {
    const soon = setTimeout(() => typed.trim() !== (words ?? "") && find(typed.trim() || undefined), 250);
    return () => clearTimeout(soon);
  }, [typed, words, find]);
  const rows = catalogue.data ?? [];
  return (
    <div className="column connections-list">
      <div className="filters">
        <input
          className="field catalogue-search"
          type="search"
          aria-label="Search the catalogue"
          placeholder="Words of a title, a description, an id"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {catalogue.data && (
          <span className="muted">
            {rows.length} {rows.length === 1 ? "entry point" : "entry points"}
          </span>
        )}
      </div>
      {catalogue.error && <Problem error={catalogue.error} retry={() => catalogue.refetch()} />}
      {catalogue.data && rows.length === 0 && (
        <Empty title={words ? "No entry point has these words." : "Nobody publishes anything yet."}>
          {!words && <p>An agent of the type “Entry point”, on a workflow that is started, is listed here.</p>}
        </Empty>
      )}
      {rows.map((point) => {
        const open = chosen === point.client_stage_id;
        return (
          <section key={point.client_stage_id} className="entry" aria-label={point.title}>
            <h2>
              <button
                type="button"
                className="entry-open"
                aria-expanded={open}
                onClick={() => choose(open ? undefined : point.client_stage_id)}
              >
                <Icon name={open ? "chevronDown" : "chevronRight"} />
                <span>{point.title}</span>
                <span className="grow cut muted">{open ? "" : point.description}</span>
                <span className="muted">
                  {point.project_id === project ? "this project" : nameOf(point.project_id)}
                </span>
              </button>
            </h2>
            {open && (
              <>
                <p>{point.description}</p>
                <EntryPointFacts point={point} />
                {point.project_id === project && <OwnStanding project={project} point={point} />}
                <Schemas point={point} />
              </>
            )}
          </section>
        );
      })}
    </div>
  );
}

function OwnStanding({ project, point }: { project: string; point: EntryPoint }) {
  const agents = useAllAgents(project);
  return <Standing project={project} cell={cellOf(point, agents.data?.placed ?? [])} />;
}
