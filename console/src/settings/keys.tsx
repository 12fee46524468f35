// API keys: made with a role, shown once, and revoked.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, call } from "../api/client";
import type { Schemas } from "../api/types";
import { useSession } from "../session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { CopyLine, Id } from "../ui/copy";
import { List } from "../ui/list";
import { Problem } from "../ui/problem";
import { Labelled, Section } from "../ui/section";
import { Time } from "../ui/time";
import { ROLES } from "./words";

const PATH = "/api/v1/projects/{project}/api_keys";
const CHOICES = Object.keys(ROLES) as Schemas["Role"][];

export function Keys({ project }: { project: string }) {
  const queries = useQueryClient();
  const session = useSession();
  const [made, setMade] = useState<Schemas["NewKey"]>();
  const params = { path: { project } };
  const fresh = () => queries.invalidateQueries({ queryKey: ["keys", project] });
  const keys = useQuery({
    queryKey: ["keys", project],
    queryFn: () => call(api.GET(PATH, { params: { ...params, query: { limit: 200 } } })),
  });
  const make = useMutation({
    mutationFn: (body: Schemas["KeyInput"]) => call(api.POST(PATH, { params, body })),
    onSuccess: async (answer) => {
      setMade(answer.data);
      await fresh();
    },
  });
  const revoke = useMutation({
    mutationFn: (api_key: string) => call(api.DELETE(`${PATH}/{api_key}`, { params: { path: { project, api_key } } })),
    onSuccess: fresh,
  });
  const rows = keys.data?.data ?? [];
  const error = keys.error ?? make.error ?? revoke.error;
  return (
    <Section title="API keys">
      {session.data?.auth === "open" && (
        <p className="muted">
          No key is needed here: the program was started with <code>--auth open</code>. Keys work all the same.
        </p>
      )}
      {error && <Problem error={error} />}
      {made && (
        <div className="secret" role="status">
          <p>This is the key “{made.name}”. It is shown this once: keep it now, where secrets are kept.</p>
          <CopyLine text={made.key} />
          <div>
            <Button onClick={() => setMade(undefined)}>I have it</Button>
          </div>
        </div>
      )}
      <NewKey make={(body) => make.mutate(body)} busy={make.isPending} />
      {rows.length > 0 && (
        <List
          label="API keys"
          rows={rows}
          id={(row) => row.id}
          columns={[
            { title: "Name", width: "minmax(140px, 1fr)", cell: (row) => row.name },
            { title: "Role", width: "72px", cell: (row) => <span title={ROLES[row.role]}>{row.role}</span> },
            { title: "Id", width: "130px", cell: (row) => <Id id={row.id} /> },
            { title: "Made", width: "96px", cell: (row) => <Time at={row.created_at} /> },
            {
              title: "Actions",
              unseen: true,
              width: "84px",
              cell: (row) => (
                <Confirm
                  trigger={<Button kind="quiet">Revoke…</Button>}
                  title={`Revoke “${row.name}”?`}
                  action="Revoke the key"
                  act={() => revoke.mutate(row.id)}
                >
                  <p>Programs that use it are refused from now on, and whoever signed in with it is signed out.</p>
                </Confirm>
              ),
            },
          ]}
        />
      )}
      <dl className="roles">
        {CHOICES.flatMap((role) => [
          <dt key={role}>{role}</dt>,
          <dd key={`${role} means`} className="muted">
            {ROLES[role]}
          </dd>,
        ])}
      </dl>
    </Section>
  );
}

function NewKey({ make, busy }: { make: (body: Schemas["KeyInput"]) => void; busy: boolean }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const role = CHOICES.find((choice) => choice === form.get("role")) ?? "viewer";
    make({ name: String(form.get("name") ?? "").trim(), role });
    event.currentTarget.reset();
  };
  return (
    <form className="settings-form" onSubmit={submit}>
      <Labelled label="Name of a new key">
        {(id) => <input id={id} name="name" className="field" placeholder="Nightly import" maxLength={200} required />}
      </Labelled>
      <Labelled label="Role">
        {(id) => (
          <select id={id} name="role" className="field" defaultValue="viewer">
            {CHOICES.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </select>
        )}
      </Labelled>
      <Button type="submit" icon="key" disabled={busy}>
        Make a key
      </Button>
    </form>
  );
}
