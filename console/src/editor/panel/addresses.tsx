// The addresses of an agent: where a hook takes events, where a feed or a page is read, and a line that sends one.
import { Copy, CopyLine } from "../../ui/copy";
import { useAgent } from "./data";
import type { TabProps } from "./shared";

export function Addresses({ place, type, isActive, traffic }: TabProps) {
  const agent = useAgent(place).data;
  const needsHook = type?.type === "webhook";
  if (!agent?.hook_url && !agent?.feed_url && !agent?.page_url) {
    if (!needsHook || agent) return null;
    return <p className="muted small">The address of the hook is made when the workflow is started.</p>;
  }
  return (
    <div className="panel-addresses">
      {agent.hook_url && <Address label="Hook" url={agent.hook_url} />}
      {agent.hook_url && traffic.outgoing.length === 0 && (
        <>
          <p className="muted small">{isActive ? "Send one:" : "The workflow is stopped: start it, then send one."}</p>
          <CopyLine text={curlOf(agent.hook_url)} />
        </>
      )}
      {agent.feed_url && <Address label="JSON feed" url={`${agent.feed_url}.json`} />}
      {agent.feed_url && <Address label="RSS feed" url={`${agent.feed_url}.xml`} />}
      {agent.page_url && <Address label="Page" url={agent.page_url} />}
    </div>
  );
}

function Address({ label, url }: { label: string; url: string }) {
  return (
    <div className="panel-address">
      <span className="muted small">{label}</span>
      <code className="cut" title={url}>
        {url}
      </code>
      <Copy text={url} label={`Copy the address: ${label}`} />
    </div>
  );
}

/** A line that sends one event to a hook. */
export function curlOf(url: string, payload: unknown = { order: { id: 7, total: 250 } }): string {
  const body = JSON.stringify(payload).replaceAll("'", "'\\''");
  return `curl -X POST '${url}' -H 'Content-Type: application/json' -d '${body}'`;
}
