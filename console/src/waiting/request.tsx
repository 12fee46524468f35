// One request to an external agent, or one question to a person: what was asked, how it was acknowledged, what came back; to be answered, if it
// is a question, or cancelled while it is open, and made again when it is over.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, call } from "../api/client";
import { Fact } from "../runs/fact";
import type { WorkflowNames } from "../runs/names";
import { useMay } from "../session";
import { Button, IconButton } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Id } from "../ui/copy";
import { ErrorDetails } from "../ui/error-details";
import { Payload } from "../ui/payload";
import { Problem } from "../ui/problem";
import { Time } from "../ui/time";
import { href } from "../url";
import { isOpen } from "./deadline";
import { Deadline, RequestState } from "./waiting";

interface Props {
  place: { project: string; workflow: string };
  request: string;
  names?: WorkflowNames;
  close: () => void;
}

export function RequestPanel({ place, request, names, close }: Props) {
  const path = { ...place, request };
  const shown = useQuery({
    queryKey: ["request", place.project, place.workflow, request],
    queryFn: () =>
      call(api.GET("/api/v1/projects/{project}/workflows/{workflow}/requests/{request}", { params: { path } })),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.data.state) ? 2000 : false),
  });
  const row = shown.data?.data;
  const asked = useQuery({
    queryKey: ["event", place.project, place.workflow, row?.event_id],
    enabled: row !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      call(
        api.GET("/api/v1/projects/{project}/workflows/{workflow}/events/{event}", {
          params: { path: { ...place, event: row?.event_id ?? "" } },
        }),
      ),
  });
  const name = row ? (names?.agents.get(row.cell_id) ?? row.cell_id) : "Request";
  const run = row && `/projects/${place.project}/workflows/${place.workflow}/runs/${row.run_id}`;
  return (
    <aside className="request" aria-label="Request">
      <header className="request-head">
        {row && <RequestState state={row.state} />}
        <h2 className="cut grow" title={name}>
          {name}
        </h2>
        <IconButton icon="x" label="Close" onClick={close} />
      </header>
      {shown.error && <Problem error={shown.error} retry={() => shown.refetch()} />}
      {row && run && (
        <>
          <Actions place={place} request={request} state={row.state} isQuestion={row.question !== undefined} />
          <dl className="facts">
            <Fact name="Run">
              <Link className="door" href={href(run, { event: row.event_id, agent: row.cell_id })}>
                Open it at this event
              </Link>
            </Fact>
            {row.endpoint && <Fact name="Endpoint">{row.endpoint}</Fact>}
            {row.question && <Fact name="Question">{row.question}</Fact>}
            {row.details && <Fact name="Details">{row.details}</Fact>}
            <Fact name="Asked">
              <Time at={row.created_at} />
              {row.attempts > 1 && <span className="muted">in {row.attempts} calls</span>}
            </Fact>
            {row.endpoint && (
              <Fact name="Acknowledged">
                {row.acknowledged_at ? <Time at={row.acknowledged_at} /> : <span className="muted">not yet</span>}
                {row.request_ids.map((id) => (
                  <Id key={id} id={id} />
                ))}
              </Fact>
            )}
            <Fact name={isOpen(row.state) ? "Deadline" : "Ended"}>
              <Deadline row={row} />
            </Fact>
            {row.late_result_at && (
              <Fact name="Late result">
                <Time at={row.late_result_at} />
              </Fact>
            )}
            <Fact name="Request">
              <Id id={row.id} />
            </Fact>
          </dl>
          {row.error && (
            <div className="failure">
              <p>
                <span className="mono">{row.error.code}</span> {row.error.message}
              </p>
              <ErrorDetails value={row.error.details} />
            </div>
          )}
          <h3>Result</h3>
          {row.result === undefined ? (
            <p className="muted">{isOpen(row.state) ? "None yet." : "None came."}</p>
          ) : (
            <Payload value={row.result} />
          )}
          <h3>The event that it was asked for</h3>
          {asked.error && <Problem error={asked.error} />}
          {asked.data && <Payload value={asked.data.data.payload} />}
        </>
      )}
    </aside>
  );
}

interface ActionsProps {
  place: Props["place"];
  request: string;
  state: string;
  isQuestion: boolean;
}

function Actions({ place, request, state, isQuestion }: ActionsProps) {
  const queries = useQueryClient();
  const may = useMay("editor");
  const path = { ...place, request };
  const read = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["request", place.project, place.workflow, request] }),
      queries.invalidateQueries({ queryKey: ["requests", place.project] }),
      queries.invalidateQueries({ queryKey: ["overview", place.project] }),
    ]);
  const cancel = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/projects/{project}/workflows/{workflow}/requests/{request}/cancel", {
          params: { path },
          body: {},
        }),
      ),
    onSettled: read,
  });
  const retry = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/projects/{project}/workflows/{workflow}/requests/{request}/retry", {
          params: { path },
          body: {},
        }),
      ),
    onSettled: read,
  });
  const answer = useMutation({
    mutationFn: (what: "approve" | "reject") =>
      call(
        api.POST(`/api/v1/projects/{project}/workflows/{workflow}/requests/{request}/${what}`, {
          params: { path },
          body: {},
        }),
      ),
    onSettled: read,
  });
  if (!may) return null;
  return (
    <div className="row">
      {isQuestion && isOpen(state) && (
        <>
          <Button icon="check" disabled={answer.isPending} onClick={() => answer.mutate("approve")}>
            Approve
          </Button>
          <Button icon="x" disabled={answer.isPending} onClick={() => answer.mutate("reject")}>
            Reject
          </Button>
        </>
      )}
      {isOpen(state) ? (
        <Confirm
          trigger={<Button icon="stop">Cancel the request</Button>}
          title="Cancel the request?"
          action="Cancel the request"
          act={() => cancel.mutate()}
        >
          No result is taken any more, and its delivery ends. The request can be made again, as a new one.
        </Confirm>
      ) : (
        <Button icon="replay" disabled={retry.isPending} onClick={() => retry.mutate()}>
          Make it again
        </Button>
      )}
      {retry.data && (
        <Link
          className="door"
          href={href(`/projects/${place.project}/waiting`, { request: retry.data.data.id, of: place.workflow })}
        >
          See the new request
        </Link>
      )}
      {(answer.error || cancel.error || retry.error) && <Problem error={answer.error ?? cancel.error ?? retry.error} />}
    </div>
  );
}
