// The configuration: addresses of the agent, its form, examples, and all of it as JSON for those who prefer that.
import { useState } from "react";
import type { SeenEvent } from "../../forms/context";
import { Form } from "../../forms/form";
import { isObject } from "../../forms/schema";
import { Button } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { News } from "../../ui/news";
import { Words } from "../../ui/words";
import type { Problem } from "../server";
import { Addresses } from "./addresses";
import { ENTRY_POINT_FIELDS, EntryPoint } from "./entry-point";
import { Last } from "./last";
import type { TabProps } from "./shared";
import { Verdict } from "./verdict";

interface Props extends TabProps {
  config: Record<string, unknown>;
  change: (config: Record<string, unknown>, of?: string) => void;
  event: SeenEvent | undefined;
  problems: ReadonlyMap<string, string[]>;
  all: readonly Problem[];
  warnings: readonly Problem[];
}

export function Configure(props: Props) {
  const { place, cell, type, name, may, config, change, event, problems, all, warnings, traffic, fresh } = props;
  const [asJson, setAsJson] = useState(false);
  // What is filled in at once, as an example, makes the form begin anew.
  const [filled, setFilled] = useState(0);
  const [chosen, setChosen] = useState(false);
  const elsewhere = all.filter((problem) => !problem.field.startsWith("config."));
  const isStage = type?.type === "agent";
  return (
    <div className="panel-configure">
      {elsewhere.map((problem) => (
        <p key={problem.field} className="form-problem">
          <span className="mono">{problem.field}</span>: <Words text={problem.message} />
        </p>
      ))}
      {warnings.map((problem) => (
        <p key={problem.field} className="panel-warning">
          <span className="mono">{problem.field.replace(/^config\./, "")}</span>: <Words text={problem.message} />
        </p>
      ))}
      <Last {...props} />
      {type?.kind === "filter" && <Verdict {...props} />}
      <Addresses {...props} />
      <div className="row panel-tools">
        <span className="grow">
          <News fresh={(traffic.incoming.length > 0 && fresh.incoming) || fresh.outgoing} show={fresh.show} />
        </span>
        {may && type && type.examples.length > 0 && !asJson && (
          <Menu
            trigger={
              <Button kind="quiet" className="form-small" icon="chevronDown">
                Examples
              </Button>
            }
            items={type.examples.map((example) => ({
              label: example.title,
              act: () => {
                if (!isObject(example.config)) return;
                change(structuredClone(example.config), `example:${place.cell}:${example.title}`);
                setFilled((count) => count + 1);
              },
            }))}
          />
        )}
        <Button kind="quiet" className="form-small" aria-pressed={asJson} onClick={() => setAsJson(!asJson)}>
          {asJson ? "Form" : "All as JSON"}
        </Button>
      </div>
      {asJson ? (
        <Form {...{ project: place.project, problems, disabled: !may, event, config, change }} schema={undefined} />
      ) : (
        <>
          {isStage && (
            <EntryPoint
              config={config}
              change={change}
              may={may}
              project={place.project}
              found={setChosen}
              event={event}
            />
          )}
          <Form
            key={filled}
            project={place.project}
            workflow={place.workflow}
            type={type?.type}
            agent={{ cell_id: place.cell, name }}
            schema={type?.config_schema}
            config={config}
            change={change}
            event={event}
            problems={problems}
            disabled={!may}
            without={isStage && chosen ? ENTRY_POINT_FIELDS : undefined}
          />
        </>
      )}
      {!isObject(cell.config) && cell.config !== undefined && (
        <p className="form-problem">This cell's config is no object. What is written here takes its place.</p>
      )}
    </div>
  );
}
