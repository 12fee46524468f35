// Trying an agent on a stored, pasted or edited event, as it is drawn now: what it would emit, remember and log. Nothing is committed.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { lookedAt } from "../../forms/condition";
import { readJson, writeJson } from "../../forms/json";
import { usePayload } from "../../runs/payload";
import { Button } from "../../ui/button";
import { CodeField } from "../../ui/code";
import { Icon } from "../../ui/icon";
import { Problem } from "../../ui/problem";
import { relative, useNow } from "../../ui/time";
import { type Cells, configOf, nameIn, typeOf } from "../model/cells";
import { useAgent, useBeginnings } from "./data";
import { useDraft } from "./drafts";
import { dryRun, wrongFields } from "./dry-run";
import type { StoredEvent } from "./events-of";
import { Result } from "./result";
import type { TabProps } from "./shared";

/** Types that call something outside. */
const CALLS = new Set(["http_request", "answer_caller"]);

interface Choice {
  id: string;
  label: string;
  payload?: unknown;
  event?: StoredEvent;
}

export function Try({ place, cells, cell, type, traffic }: TabProps & { cells: Cells }) {
  const now = useNow();
  const came = traffic.incoming;
  // Before an event has come this far, those are offered that the flow began with.
  const begun = useBeginnings(place, cells, !traffic.loading && came.length === 0);
  const examples: Choice[] = (type?.examples ?? []).flatMap((example, at) =>
    example.event === undefined
      ? []
      : [{ id: `example ${at}`, label: `Example: ${example.title}`, payload: example.event }],
  );
  const stored: Choice[] = (came.length > 0 ? came : begun).map((event) => ({
    id: event.id,
    label: `${relative(Date.parse(event.created_at), Math.max(now, Date.parse(event.created_at)))}, from ${nameIn(cells, event.cell_id)} (${event.groups.join(", ")})`,
    event,
  }));
  const choices = [...stored, ...examples];
  const [picked, pick] = useDraft(place, "picked");
  const [written, write] = useDraft(place, "written");
  const choice = choices.find(({ id }) => id === picked) ?? choices[0];
  const loaded = usePayload(place, choice?.event);
  const payload = choice?.event ? loaded.value : (choice?.payload ?? {});
  const isLoading = written === undefined && choice?.event !== undefined && !loaded.isKnown;
  const text = written ?? (isLoading ? "" : writeJson(payload));
  const [memory, setMemory] = useDraft(place, "memory");
  const [outsideCalls, setOutsideCalls] = useState(false);
  const remembered = useAgent(place).data?.memory;
  const [tried, setTried] = useState<{
    before: { payload: unknown; memory: unknown };
    looked: ReturnType<typeof lookedAt>;
  }>();
  const run = useMutation({
    mutationFn: async () => {
      const read = readJson(text);
      if ("problem" in read) throw new Error(read.problem);
      const begin = memory === undefined || memory.trim() === "" ? undefined : readJson(memory);
      if (begin && "problem" in begin) throw new Error(`Memory: ${begin.problem}`);
      const event = choice?.event && written === undefined ? { id: choice.event.id, payload } : { payload: read.value };
      setTried({
        before: { payload: read.value, memory: begin ? begin.value : remembered },
        looked: typeOf(cell) === "condition" ? lookedAt(configOf(cell).condition, read.value) : [],
      });
      return dryRun(place, { cell, event, memory: begin?.value, outsideCalls });
    },
  });
  const mayTry = !run.isPending && !isLoading;
  const wrong = wrongFields(run.error);
  return (
    <div
      className="try"
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && mayTry) run.mutate();
      }}
      role="group"
      aria-label="Try the agent"
    >
      <div className="try-in">
        <select
          className="field form-wide"
          aria-label="Event to try with"
          value={written !== undefined ? "written" : (choice?.id ?? "written")}
          onChange={(event) => {
            if (event.target.value === "written") write(text);
            else {
              pick(event.target.value);
              write(undefined);
            }
          }}
        >
          {choices.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
          <option value="written">{choices.length > 0 ? "Edited, or pasted" : "An event of your own"}</option>
        </select>
        <CodeField label="Payload of the event" language="json" value={text} change={write} lines={6} lineNumbers />
        <details className="try-more">
          <summary>Begin with another memory</summary>
          <CodeField
            label="Memory to begin with"
            language="json"
            value={memory ?? writeJson(remembered ?? null)}
            change={setMemory}
            lines={3}
          />
        </details>
        {CALLS.has(typeOf(cell)) && (
          <label className="row">
            <input
              type="checkbox"
              className="form-check"
              checked={outsideCalls}
              onChange={(event) => setOutsideCalls(event.target.checked)}
            />
            Make its outside calls, too
          </label>
        )}
        <div className="row">
          <Button kind="main" icon="flask" onClick={() => run.mutate()} disabled={!mayTry} title="Ctrl+Enter">
            Try
          </Button>
          <span className="muted small">Nothing is committed. {outsideCalls ? "Its calls are made." : ""}</span>
        </div>
      </div>
      <div className="try-out" aria-live="polite">
        {isLoading && loaded.error && <Problem error={loaded.error} retry={loaded.again} />}
        {run.error && wrong.length === 0 && <Problem error={run.error} />}
        {wrong.map(({ field, message }) => (
          <p key={field} className="form-problem">
            <Icon name="alert" size={12} /> <span className="mono">{field.replace(/^config\./, "")}</span>: {message}
          </p>
        ))}
        {run.data && tried && <Result report={run.data} {...tried} />}
      </div>
    </div>
  );
}
