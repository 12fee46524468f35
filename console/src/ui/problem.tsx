// What went wrong: what happened, where, and what to do, with the button that does it.
import { ApiError } from "../api/error";
import { Button } from "./button";
import { Icon } from "./icon";
import { Words } from "./words";
import "./problem.css";

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const known = error instanceof ApiError ? error : undefined;
  return (
    <div className="problem" role="alert">
      <Icon name="alert" />
      <div className="grow">
        <p>
          <Words text={error instanceof Error ? error.message : String(error)} />
        </p>
        {known?.remedy && (
          <p className="muted">
            <Words text={known.remedy} />
          </p>
        )}
      </div>
      {retry && (
        <Button icon="replay" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
