// The one node of the canvas: an agent, with its ports, figures and state; or a cell of another kind, which is shown and left alone.
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo, type ReactNode } from "react";
import { Link } from "wouter";
import { ownOf } from "../../own";
import { Icon } from "../../ui/icon";
import type { Tone } from "../../ui/state";
import { count } from "../../ui/time";
import { isAgent, nameOf, typeOf } from "../model/cells";
import { ALL } from "../model/ports";
import { FarNode } from "./far-node";
import { LABELLED } from "./geometry";
import type { CanvasNode, NodeData } from "./graph";
import { colourOf, iconOf, isErrorGroup } from "./look";
import { useSight } from "./sight";
import "./node.css";

export const AgentNode = memo(function AgentNode({ id, data, selected }: NodeProps<CanvasNode>) {
  const { cell, type, ports, mark, disabled, problems, figures, takes } = data;
  const name = nameOf(cell);
  const title = type?.title ?? (typeOf(cell) || String(cell.type ?? "cell"));
  const colour = colourOf(typeOf(cell), type?.kind);
  const why = problems?.map((problem) => `${problem.field}: ${problem.message}`).join("\n");
  const classes = [
    "node",
    `of-${colour}`,
    selected && "is-selected",
    disabled && "is-disabled",
    why && "is-wrong",
    mark?.look && `is-${mark.look}`,
    ports.length > LABELLED && "has-many",
  ];
  const [tone, state] = dotOf(data);
  const look = classes.filter(Boolean).join(" ");
  const isFar = useSight() === "far";
  if (isFar) {
    const far = { className: look, name, title: why, tone, state, data, count: figureOf(data) };
    return <FarNode {...far} />;
  }
  return (
    <div className={look} title={why}>
      <Handle
        type="target"
        id="in"
        position={Position.Left}
        className={takes ? "port-in" : "port-in none"}
        isConnectable={takes}
      />
      <div className="node-head">
        <span className="node-tile">
          <Icon name={iconOf(typeOf(cell), type?.kind)} />
        </span>
        <span className="node-words">
          <span className="node-name cut" title={name.length > 22 && !why ? name : undefined}>
            {name}
          </span>
          <span className="node-type cut">{disabled ? `${title} · disabled` : title}</span>
        </span>
        {why ? (
          <span className="node-alert" role="img" aria-label={`${problems?.length} problems: ${why}`}>
            <Icon name="alert" size={14} />
          </span>
        ) : (
          tone && <span className={`dot ${tone}`} role="img" title={state} aria-label={state} />
        )}
        <Port
          id={ALL}
          className={isAgent(cell) ? "port-all" : "port-all none"}
          title="All events"
          editable={data.editable && isAgent(cell)}
        />
      </div>
      <div className="node-body">
        <Foot id={id} data={data} figures={figures} />
        <ul className="node-ports">
          {ports.map((group) => (
            <li
              key={group}
              className={isErrorGroup(group) ? "port-row error" : "port-row"}
              title={portTitle(group, data)}
            >
              <span className="port-label">
                <span className="cut">{group}</span>
                {laneOf(group, data)}
              </span>
              <Port id={group} className="port" title={portTitle(group, data)} editable={data.editable} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
});

function Port({ id, className, title, editable }: { id: string; className: string; title: string; editable: boolean }) {
  return (
    <Handle
      type="source"
      id={id}
      position={Position.Right}
      className={className}
      title={title}
      isConnectable={editable}
    />
  );
}

function portTitle(group: string, { lanes, figures }: NodeData): string {
  const share = lanes.get(group);
  const went = figures?.groups && ownOf(figures.groups, group);
  const words = [group, share === undefined ? "" : percent(share), went === undefined ? "" : `${count(went)} events`];
  return words.filter(Boolean).join(" · ");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share * 100 < 10 && share > 0 ? 1 : 0).replace(/\.0$/, "")} %`;
}

/** A lane's share, and how many events really went that way. */
function laneOf(group: string, { lanes, figures }: NodeData) {
  const share = lanes.get(group);
  if (share === undefined) return null;
  const went = figures?.groups && ownOf(figures.groups, group);
  return (
    <span className="port-share">{went === undefined ? percent(share) : `${percent(share)} · ${count(went)}`}</span>
  );
}

/** The one figure that matters most, for who looks from afar. */
function figureOf({ mark, figures, type }: NodeData): string | undefined {
  if (mark?.count !== undefined) return count(mark.count);
  if (figures?.notWorking) return "not working";
  if (figures?.errors) return `${count(figures.errors)} failed`;
  const isTrigger = type?.kind === "trigger";
  const events = isTrigger ? figures?.emitted : figures?.received;
  return events ? `${count(events)} ${isTrigger ? "out" : "in"}` : undefined;
}

function Foot({ id, data, figures }: { id: string; data: NodeData; figures: NodeData["figures"] }) {
  const { mark, type, doors } = data;
  if (mark?.count !== undefined) {
    return (
      <span className="node-foot" title={mark.counts}>
        {count(mark.count)}
      </span>
    );
  }
  if (!figures) return <span className="node-foot" />;
  const isTrigger = type?.kind === "trigger";
  const events = isTrigger ? figures.emitted : figures.received;
  return (
    <span className="node-foot">
      {figures.notWorking ? (
        <span className="failed" title={figures.notWorking}>
          not working
        </span>
      ) : null}
      {figures.errors ? (
        <Door
          to={doors?.failures(id)}
          className="failed"
          title={`Failures in the window; the last ${when(figures.lastError)}`}
        >
          {count(figures.errors)} failed
        </Door>
      ) : null}
      {events ? (
        <Door
          to={doors?.events(id, isTrigger)}
          title={isTrigger ? "Events emitted in the window" : "Events received in the window"}
        >
          {count(events)} {isTrigger ? "out" : "in"}
        </Door>
      ) : null}
    </span>
  );
}

function Door({
  to,
  className = "",
  title,
  children,
}: {
  to?: string;
  className?: string;
  title: string;
  children: ReactNode;
}) {
  if (!to) return <span className={className}>{children}</span>;
  return (
    <Link href={to} className={`door nodrag ${className}`} title={title} tabIndex={-1}>
      {children}
    </Link>
  );
}

function when(at: string | null | undefined): string {
  return at ? `at ${new Date(at).toLocaleString()}` : "at an unknown time";
}

/** The dot: grey resting, green worked, amber waits, red failed, hollow never built. */
function dotOf({ mark, figures, cell }: NodeData): [Tone | undefined, string] {
  if (mark?.tone) return [mark.tone, mark.state ?? mark.tone];
  if (mark) return [undefined, ""];
  if (cell.agent_type === undefined) return [undefined, ""];
  if (!figures) return ["hollow", "Not running yet"];
  if (figures.errors) return ["red", "Failed in the window"];
  if (figures.received || figures.emitted) return ["green", "Worked in the window"];
  return ["grey", "Resting"];
}
