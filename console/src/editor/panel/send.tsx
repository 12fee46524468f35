// Sending an event through a trigger, for real: it begins a run. And a check of a trigger that has something to check.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, call } from "../../api/client";
import { readJson, writeJson } from "../../forms/json";
import { Button } from "../../ui/button";
import { CodeField } from "../../ui/code";
import { CopyLine } from "../../ui/copy";
import { Problem } from "../../ui/problem";
import { configOf } from "../model/cells";
import { curlOf } from "./addresses";
import { useAgent } from "./data";
import { useDraft } from "./drafts";
import { Groups } from "./result";
import { runOf, type TabProps } from "./shared";

/** Triggers that are checked by hand, too. */
const CHECKED = new Set(["manual", "schedule"]);
const SAMPLE = { order: { id: 7, total: 250 } };

export function Send({ place, cell, type, traffic, isActive }: TabProps) {
  const [written, write] = useDraft(place, "written");
  const [sent, setSent] = useState(0);
  const queries = useQueryClient();
  const agent = useAgent(place).data;
  const last = traffic.outgoing.find((event) => event.payload !== undefined)?.payload;
  const configured = configOf(cell).payload;
  const text = written ?? writeJson(last ?? (type?.type === "manual" ? configured : undefined) ?? SAMPLE);
  const path = { ...place };
  const done = () => {
    setSent((count) => count + 1);
    return queries.invalidateQueries({ queryKey: ["agent_events", place.project, place.workflow] });
  };
  const send = useMutation({
    mutationFn: async () => {
      const read = readJson(text);
      if ("problem" in read) throw new Error(read.problem);
      return call(
        api.POST("/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/events", {
          params: { path },
          body: { payload: read.value, groups: [] },
        }),
      );
    },
    onSuccess: done,
  });
  const check = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/check", { params: { path }, body: {} }),
      ),
    onSuccess: done,
  });
  const read = readJson(text);
  return (
    <div className="try">
      <div className="try-in">
        {!isActive && <p className="panel-warning">The workflow is stopped: it takes no events. Start it first.</p>}
        <CodeField
          label="Payload of the event"
          language="json"
          value={text}
          change={write}
          lines={6}
          lineNumbers
          invalid={"problem" in read}
        />
        {"problem" in read && <p className="form-problem">{read.problem}</p>}
        <div className="row">
          <Button
            kind="main"
            icon="send"
            onClick={() => send.mutate()}
            disabled={send.isPending || !isActive || "problem" in read}
          >
            Send one
          </Button>
          {CHECKED.has(type?.type ?? "") && (
            <Button
              icon="play"
              onClick={() => check.mutate()}
              disabled={check.isPending || !isActive}
              title="Emits what the configuration says, now"
            >
              Run now
            </Button>
          )}
          <span className="muted small">It begins a run.</span>
        </div>
        {agent?.hook_url && (
          <>
            <h3>From elsewhere</h3>
            <CopyLine text={curlOf(agent.hook_url, text.length < 2000 && "value" in read ? read.value : SAMPLE)} />
          </>
        )}
      </div>
      <div className="try-out" aria-live="polite">
        {(send.error ?? check.error) && <Problem error={send.error ?? check.error} />}
        {send.data && (
          <p className="panel-done">
            {sent > 1 ? `Sent, ${sent} by now. ` : "Sent. "}
            <Link className="door" href={runOf(place, { run_id: send.data.data.run_id })}>
              See its run
            </Link>
          </p>
        )}
        {check.data?.data.events.map((event) => (
          <p key={event.id} className="panel-done">
            <Groups groups={event.groups} />
            {event.id && (
              <Link className="door" href={runOf(place, { run_id: event.id.split("-")[0] ?? event.id })}>
                See its run
              </Link>
            )}
          </p>
        ))}
      </div>
    </div>
  );
}
