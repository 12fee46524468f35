// The versions of an agent's text: what differs from the text of now, and how to have one back.
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";
import { Button } from "../ui/button";
import { Problem } from "../ui/problem";
import { State } from "../ui/state";
import { Time } from "../ui/time";
import { whole } from "./definition";
import { DiffView } from "./diff-view";

const VERSIONS = "/api/v1/projects/{project}/agents/{agent}/versions";

interface Path {
  project: string;
  agent: string;
}

interface Props {
  path: Path;
  chosen: string | undefined;
  choose: (version: string | undefined) => void;
}

export function Versions({ path, chosen, choose }: Props) {
  const versions = useQuery({
    queryKey: ["agent-versions", path.project, path.agent],
    queryFn: () => call(api.GET(VERSIONS, { params: { path, query: { limit: 200 } } })),
  });
  if (versions.error) return <Problem error={versions.error} retry={() => versions.refetch()} />;
  return (
    <ul className="side-list">
      {versions.data?.data.map((row, at) => (
        <li key={row.version}>
          <button
            type="button"
            aria-pressed={chosen === String(row.version)}
            onClick={() => choose(at === 0 || chosen === String(row.version) ? undefined : String(row.version))}
          >
            <span className="side-version">v{row.version}</span>
            <span className="grow">
              <Time at={row.created_at} />
              {row.restored_from != null && <span className="muted"> · as v{row.restored_from}</span>}
              {at === 0 && <span className="muted"> · the last</span>}
            </span>
            {row.error_count > 0 && <State state={`${row.error_count} errors`} tone="red" />}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface DiffProps {
  path: Path;
  version: number;
  now: Schemas["PersistentAgentWithText"];
  may: boolean;
  restored: () => Promise<void>;
  close: () => void;
}

/** A version against the last one. */
export function VersionDiff({ path, version, now, may, restored, close }: DiffProps) {
  const params = { path: { ...path, version: String(version) } };
  const shown = useQuery({
    queryKey: ["agent-version", path.project, path.agent, version],
    queryFn: () => call(api.GET(`${VERSIONS}/{version}`, { params })),
  });
  const restore = useMutation({
    mutationFn: () => call(api.POST(`${VERSIONS}/{version}/restore`, { params, body: {} })),
    onSuccess: restored,
  });
  const error = shown.error ?? restore.error;
  const textsOf = (of: { text: string; profiles?: Record<string, string> }) => ({
    text: of.text,
    profiles: of.profiles ?? {},
  });
  return (
    <div className="definition">
      <div className="row definition-bar">
        <h2 className="grow">
          What version {now.version} changed since version {version}
        </h2>
        <Button onClick={close}>Back to the text</Button>
        {may && (
          <Button kind="main" icon="undo" disabled={!shown.data || restore.isPending} onClick={() => restore.mutate()}>
            Restore v{version} as v{now.version + 1}
          </Button>
        )}
      </div>
      {error && <Problem error={error} />}
      {shown.data && (
        <div className="definition-text">
          <DiffView before={whole(path.agent, textsOf(shown.data.data))} after={whole(path.agent, textsOf(now))} />
        </div>
      )}
    </div>
  );
}
