// The entry point that an `agent` stage uses: a choice of the catalogue, and what its tasks want.
import { useEffect, useState } from "react";
import { FormContext, type SeenEvent } from "../../forms/context";
import { useCatalogue, useQuiet } from "../../forms/data";
import { isObject, type Schema } from "../../forms/schema";
import { firstSentence } from "../../forms/text";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { missingOf, withTaskField } from "./task";
import "./entry-point.css";

/** The fields of the config that the choice sets. */
export const ENTRY_POINT_FIELDS = ["project_id", "client_stage_id", "tasks_url"];

interface Props {
  config: Record<string, unknown>;
  change: (config: Record<string, unknown>) => void;
  may: boolean;
  project: string;
  event: SeenEvent | undefined;
  /** Tells whether the chosen one is in the catalogue: then its ids need not be shown. */
  found: (found: boolean) => void;
}

export function EntryPoint({ config, change, may, project, found }: Props) {
  const id = typeof config.client_stage_id === "string" ? config.client_stage_id : "";
  const [search, setSearch] = useState("");
  const [choosing, setChoosing] = useState(id === "");
  const words = useQuiet(search);
  const chosen = useCatalogue(id, id !== "").data?.data.find((entry) => entry.client_stage_id === id);
  const list = useCatalogue(words, choosing);
  const isFound = chosen !== undefined && config.tasks_url === undefined;
  useEffect(() => found(isFound || id === ""), [found, isFound, id]);
  const schema: Schema | undefined = isObject(chosen?.input_schema) ? chosen.input_schema : undefined;
  const missing = schema ? missingOf(schema, config.payload) : [];
  return (
    <FormContext value={{ project, root: {}, problems: new Map(), disabled: !may }}>
      <section className="entry-point" aria-label="Entry point">
        <div className="row">
          <Icon name="plug" />
          <strong className="grow cut">{chosen?.title ?? (id === "" ? "Choose an entry point" : id)}</strong>
          {may && id !== "" && (
            <Button kind="quiet" className="form-small" aria-pressed={choosing} onClick={() => setChoosing(!choosing)}>
              {choosing ? "Keep" : "Change"}
            </Button>
          )}
        </div>
        {chosen && (
          <p className="muted small">
            {firstSentence(chosen.description).first}{" "}
            {chosen.access === "approval" && chosen.project_id !== project && "Its provider accepts each connection."}
          </p>
        )}
        {choosing && may && (
          <>
            <input
              className="field form-wide"
              type="search"
              aria-label="Search the catalogue"
              placeholder="Search the catalogue"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            <ul className="entry-points">
              {list.data?.data.map((entry) => (
                <li key={`${entry.project_id} ${entry.client_stage_id}`}>
                  <button
                    type="button"
                    className="entry-point-choice"
                    onClick={() => {
                      const { tasks_url: _, ...rest } = config;
                      change({ ...rest, project_id: entry.project_id, client_stage_id: entry.client_stage_id });
                      setChoosing(false);
                    }}
                  >
                    <span>{entry.title}</span>
                    <span className="muted small cut">{entry.description}</span>
                  </button>
                </li>
              ))}
              {list.data?.data.length === 0 && <li className="muted small">No entry point is published that fits.</li>}
            </ul>
          </>
        )}
        {schema && may && missing.length > 0 && (
          <div className="entry-point-fields">
            <span className="muted small">
              {config.payload === undefined ? "The event's payload is sent as it is. Or write:" : "It takes, too:"}
            </span>
            {missing.map(({ name, required, about, type }) => (
              <Button
                key={name}
                icon="plus"
                className="form-add"
                title={about}
                onClick={() => change(withTaskField(config, name, type))}
              >
                {name}
                {required && <span className="form-required">required</span>}
              </Button>
            ))}
          </div>
        )}
      </section>
    </FormContext>
  );
}
