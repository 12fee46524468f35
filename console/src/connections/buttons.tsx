// The buttons of a connection: those of its state.
import { Button } from "../ui/button";
import { Confirm } from "../ui/confirm";
import type { useConnectionAction } from "./data";
import { type Action, actionsOf, type Connection } from "./stages";

interface Props {
  connection: Connection;
  who: string;
  act: ReturnType<typeof useConnectionAction>;
}

export function ConnectionButtons({ connection, who, act }: Props) {
  const press = (action: Action) => act.mutate({ connection: connection.id, action });
  const actions = actionsOf(connection);
  return (
    <span className="row">
      {actions.includes("accept") && (
        <Button kind="main" disabled={act.isPending} onClick={() => press("accept")}>
          Accept
        </Button>
      )}
      {actions.includes("refuse") && (
        <Button disabled={act.isPending} onClick={() => press("refuse")}>
          Refuse
        </Button>
      )}
      {actions.includes("rotate") && (
        <Confirm
          trigger={<Button kind="quiet">Rotate…</Button>}
          title={`Give the connection with ${who} another secret?`}
          action="Rotate the secret"
          act={() => press("rotate")}
        >
          <p>The secret before stays good for an hour, so that the client can take over the new one.</p>
        </Confirm>
      )}
      {actions.includes("revoke") && (
        <Confirm
          trigger={<Button kind="quiet">Revoke…</Button>}
          title={`End the connection with ${who}?`}
          action="Revoke the connection"
          act={() => press("revoke")}
        >
          <p>No task goes over it any more. Stages that wait for a reply to theirs do not get one.</p>
        </Confirm>
      )}
    </span>
  );
}
