// Credentials: secrets that agents and models use by name. They are set and forgotten, and never shown.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, call } from "../api/client";
import { ownOf } from "../own";
import { useMay } from "../session";
import { Button } from "../ui/button";
import { Confirm } from "../ui/confirm";
import { Empty } from "../ui/empty";
import { List } from "../ui/list";
import { Problem } from "../ui/problem";
import { Labelled, Section } from "../ui/section";
import { Time } from "../ui/time";
import { useParam } from "../url";
import { hostsOf, PROVIDERS } from "./words";

const PATH = "/api/v1/projects/{project}/credentials";

interface Secret {
  name: string;
  value: string;
  hosts: string[];
}

export function Credentials({ project }: { project: string }) {
  const owner = useMay("owner");
  const queries = useQueryClient();
  const [wanted, want] = useParam("set");
  const [warning, setWarning] = useState<string | null>();
  const fresh = () => queries.invalidateQueries({ queryKey: ["credentials", project] });
  const credentials = useQuery({
    queryKey: ["credentials", project],
    queryFn: () => call(api.GET(PATH, { params: { path: { project }, query: { limit: 200 } } })),
  });
  const set = useMutation({
    mutationFn: ({ name: credential, ...body }: Secret) =>
      call(api.PUT(`${PATH}/{credential}`, { params: { path: { project, credential } }, body })),
    onSuccess: async (answer) => {
      setWarning(answer.data.warning);
      want(undefined);
      await fresh();
    },
  });
  const forget = useMutation({
    mutationFn: (credential: string) =>
      call(api.DELETE(`${PATH}/{credential}`, { params: { path: { project, credential } } })),
    onSuccess: async (answer) => {
      setWarning(answer.data.warning);
      await fresh();
    },
  });
  const rows = credentials.data?.data ?? [];
  const error = credentials.error ?? set.error ?? forget.error;
  const known = rows.find((row) => row.name === wanted);
  return (
    <Section title="Credentials">
      <p className="muted">
        Secrets by name, for templates (<code>{"{% credential name %}"}</code>), hooks, and keys of models. A secret is
        sent to its hosts alone, and is in no answer, event or log.
      </p>
      {error && <Problem error={error} />}
      {warning && <p role="status">{warning}</p>}
      {owner && (
        <SetCredential
          key={`${wanted} ${set.submittedAt}`}
          name={wanted}
          hosts={known?.hosts ?? []}
          set={(secret) => set.mutate(secret)}
          busy={set.isPending}
        />
      )}
      {credentials.data && rows.length === 0 && !owner && <Empty title="No credential is set." />}
      {rows.length > 0 && (
        <List
          label="Credentials"
          rows={rows}
          id={(row) => row.name}
          columns={[
            { title: "Name", width: "minmax(120px, 1fr)", cell: (row) => <code>{row.name}</code> },
            {
              title: "May be sent to",
              width: "minmax(140px, 1.5fr)",
              cell: (row) => row.hosts.join(", ") || <span className="muted">nobody: it only proves senders</span>,
            },
            { title: "Set", width: "96px", cell: (row) => <Time at={row.updated_at} /> },
            ...(owner
              ? [
                  {
                    title: "Actions",
                    unseen: true,
                    width: "156px",
                    cell: (row: { name: string }) => (
                      <span className="row">
                        <Button kind="quiet" onClick={() => want(row.name)}>
                          Replace
                        </Button>
                        <Confirm
                          trigger={<Button kind="quiet">Forget…</Button>}
                          title={`Forget “${row.name}”?`}
                          action="Forget the credential"
                          act={() => forget.mutate(row.name)}
                        >
                          <p>The secret is deleted. Agents and hooks that name it fail until it is set again.</p>
                        </Confirm>
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </Section>
  );
}

interface SetProps {
  name: string | undefined;
  hosts: string[];
  set: (secret: Secret) => void;
  busy: boolean;
}

function SetCredential({ name = "", hosts, set, busy }: SetProps) {
  const proposed = hosts.length > 0 ? hosts.join(", ") : ownOf(PROVIDERS, name);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => String(form.get(field) ?? "");
    set({ name: text("name").trim(), value: text("value"), hosts: hostsOf(text("hosts")) });
  };
  return (
    <form className="settings-form helped" onSubmit={submit}>
      <Labelled label="Name" help="The name of a model's provider: its key.">
        {(id) => <input id={id} name="name" className="field mono" defaultValue={name} placeholder="openai" required />}
      </Labelled>
      <Labelled label="Secret" help="It is never shown again.">
        {(id) => <input id={id} name="value" className="field" type="password" autoComplete="new-password" required />}
      </Labelled>
      <Labelled label="Hosts it may be sent to" help="None for a secret that only verifies a hook.">
        {(id) => (
          <input id={id} name="hosts" className="field mono" defaultValue={proposed} placeholder="api.example.com" />
        )}
      </Labelled>
      <Button type="submit" icon="key" disabled={busy}>
        Set it
      </Button>
    </form>
  );
}
