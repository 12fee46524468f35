// What was said: questions at the right, answers at the left, calls of tools folded between.
import { memo, type ReactNode } from "react";
import { Link } from "wouter";
import { Button, IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { LongText, partOf } from "../ui/long-text";
import { Payload } from "../ui/payload";
import { State } from "../ui/state";
import { count, Time } from "../ui/time";
import { href } from "../url";
import { lackingKey, type Step, type ToolStep, type Turn } from "./conversation";

interface Props {
  project: string;
  turn: Turn;
  /** Begins a copy of the session that ends with this turn. */
  forkHere?: (upto: number) => void;
}

export const TurnView = memo(function TurnView({ project, turn, forkHere }: Props) {
  const { asked, askedBy, steps, state, usage, model, copied } = turn;
  return (
    <article className="turn" aria-label={`Asked: ${asked.slice(0, 60)}`}>
      <Asked text={asked} />
      {askedBy && (
        <p className="turn-by muted small">
          Asked by a{" "}
          <Link
            className="door"
            href={href(`/projects/${project}/workflows/${askedBy.workflow_id}/runs/${askedBy.run_id}`, {
              event: askedBy.event_id,
            })}
          >
            workflow's run
          </Link>
        </p>
      )}
      <Steps steps={steps} />
      {turn.error && <TurnError project={project} error={turn.error} />}
      <footer className="turn-foot muted small">
        {state === "running" && <State state="running" />}
        {state !== "running" && state !== "succeeded" && !turn.error && <State state={state} />}
        <Time at={turn.at} />
        {model && <span>{model}</span>}
        {usage.total_tokens > 0 && (
          <span
            title={`${count(usage.input)} read, ${count(usage.output)} written, ${count(usage.cache_read)} from the cache`}
          >
            {count(usage.total_tokens)} tokens
          </span>
        )}
        {copied && <span>copied</span>}
        {forkHere && state !== "running" && (
          <IconButton
            className="turn-fork"
            icon="branch"
            label="Go on from here in a copy"
            onClick={() => forkHere(turn.last)}
          />
        )}
      </footer>
    </article>
  );
});

export function Asked({ text }: { text: string }) {
  return (
    <div className="turn-asked">
      {text ? <LongText text={text}>{(shown) => shown}</LongText> : <span className="muted">(nothing)</span>}
    </div>
  );
}

/** What was done. The last of it may still be coming. */
export function Steps({ steps, coming = false }: { steps: Step[]; coming?: boolean }) {
  return (
    <>
      {steps.map((step, at) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added behind.
        if (step.kind === "text") return <Text key={at} text={step.text} coming={coming && at === steps.length - 1} />;
        if (step.kind === "tool") return <Tool key={step.id} step={step} />;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added behind.
          <Folded key={at} name="Thought" icon="hourglass">
            <LongText text={step.text}>{(shown) => <p className="turn-text muted">{shown}</p>}</LongText>
          </Folded>
        );
      })}
    </>
  );
}

/** Text as models write it: lines between fences of backticks are code. All of it stays text. */
function Text({ text, coming }: { text: string; coming: boolean }) {
  return (
    <LongText text={text} end={coming}>
      {(shown) => <Parts text={shown} />}
    </LongText>
  );
}

function Parts({ text }: { text: string }) {
  const parts = text.trim().split(/^```\w*\n?/m);
  return (
    <div className="turn-text">
      {parts.map((part, at) =>
        at % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name than their place.
          <pre key={at} className="turn-code">
            {part.trimEnd()}
          </pre>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name than their place.
          <p key={at}>{part.trim()}</p>
        ),
      )}
    </div>
  );
}

function Folded({ name, icon, children }: { name: ReactNode; icon: "hourglass" | "settings"; children: ReactNode }) {
  return (
    <details className="turn-tool">
      <summary>
        <Icon name={icon} size={14} />
        {name}
      </summary>
      <div className="turn-tool-inside">{children}</div>
    </details>
  );
}

/** So much is seen of what a tool was called with, until it is unfolded. */
const BRIEF = 200;

function Tool({ step }: { step: ToolStep }) {
  const brief = partOf(typeof step.args === "string" ? step.args : (JSON.stringify(step.args) ?? ""), BRIEF);
  return (
    <Folded
      icon="settings"
      name={
        <>
          <code>{step.name}</code>
          <span className="muted cut grow">{brief}</span>
          {step.result === undefined ? (
            <State state="running" />
          ) : step.failed ? (
            <State state="failed" />
          ) : (
            <State state="done" />
          )}
        </>
      }
    >
      <h3>In</h3>
      <Payload value={step.args} />
      <h3>Out</h3>
      {step.result === undefined ? (
        <p className="muted">—</p>
      ) : (
        <LongText text={step.result}>{(shown) => <pre className="turn-result">{shown}</pre>}</LongText>
      )}
    </Folded>
  );
}

function TurnError({ project, error }: { project: string; error: NonNullable<Turn["error"]> }) {
  const key = lackingKey(error);
  return (
    <div className="problem" role="note">
      <Icon name="alert" />
      <div className="grow">
        <p>{error.message}</p>
        {error.dev && <pre className="muted">{error.dev}</pre>}
      </div>
      {key && (
        <Link href={href(`/projects/${project}/settings/credentials`, { set: key })}>
          <Button icon="key" tabIndex={-1}>
            Set the credential
          </Button>
        </Link>
      )}
    </div>
  );
}
