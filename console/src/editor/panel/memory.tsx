// What an agent remembers, as a tree; it can be made to forget.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, call } from "../../api/client";
import { ApiError } from "../../api/error";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/confirm";
import { Payload } from "../../ui/payload";
import { Problem } from "../../ui/problem";
import { Reading } from "../../ui/reading";
import { useAgent } from "./data";
import type { TabProps } from "./shared";

export function Memory({ place, name, may }: TabProps) {
  const agent = useAgent(place);
  const queries = useQueryClient();
  const forget = useMutation({
    mutationFn: () =>
      call(
        api.DELETE("/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/memory", {
          params: { path: { ...place } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["agent", place.project, place.workflow, place.cell] }),
  });
  if (agent.error) {
    const isNew = agent.error instanceof ApiError && agent.error.status === 404;
    return isNew ? (
      <p className="muted">The agent is not built yet: it remembers from the first start on.</p>
    ) : (
      <Problem error={agent.error} retry={() => agent.refetch()} />
    );
  }
  if (!agent.data) return <Reading />;
  const memory = agent.data.memory ?? null;
  if (memory === null) return <p className="muted">It remembers nothing.</p>;
  const count = typeof memory === "object" ? Object.keys(memory).length : 1;
  return (
    <div className="column">
      <div className="row">
        <span className="muted grow">{count === 1 ? "1 entry" : `${count} entries`}</span>
        {may && (
          <Confirm
            trigger={
              <Button kind="danger" icon="trash">
                Forget
              </Button>
            }
            title={`Make ${name} forget?`}
            action="Forget it"
            act={() => forget.mutate()}
          >
            {count === 1 ? "The one entry" : `All ${count} entries`} that {name} remembers will be gone. This cannot be
            undone.
          </Confirm>
        )}
      </div>
      {forget.error && <Problem error={forget.error} />}
      <Payload value={memory} />
    </div>
  );
}
