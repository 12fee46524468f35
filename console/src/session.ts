// Who asks: what the server says of the key that signed in, or that none is needed.
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { api, call } from "./api/client";
import type { Schemas } from "./api/types";

/** What somebody may do: the role of a key, or all of it. */
export type Role = Schemas["Granted"];
export type Session = Schemas["SignedIn"];

/** Where no key is needed, everybody may do everything. */
const OPEN: Session = {
  auth: "open",
  signed_in: true,
  project_id: null,
  role: "root",
  key_name: null,
  expires_at: null,
};

/** Whose answers are kept: those of one project, or of all. */
let known: string | undefined;

async function ask({ client }: { client: QueryClient }): Promise<Session> {
  const { data } = await call(api.GET("/api/v1/session"));
  const session = data.auth === "open" ? OPEN : data;
  const now = session.signed_in ? (session.project_id ?? "all") : known;
  // Whoever signed in for another project, here or in another tab, is shown nothing that was read before.
  if (known !== undefined && now !== known)
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  known = now;
  return session;
}

export function useSession() {
  return useQuery({ queryKey: ["session"], queryFn: ask, staleTime: 60_000 });
}

/** The roles that look at pages, each with the rights of those before. Who may only send events reads nothing, and who may only read sends none. */
const RANK = ["viewer", "editor", "owner", "root"] as const;
type Needed = (typeof RANK)[number];

/** Whether a role may do what needs another one at least. */
export function mayBe(role: Role | null | undefined, needed: Needed): boolean {
  return role != null && role !== "ingest" && RANK.indexOf(role) >= RANK.indexOf(needed);
}

/** Whether whoever asks may do what needs this role: buttons that would be refused are not shown. */
export function useMay(needed: Needed): boolean {
  return mayBe(useSession().data?.role, needed);
}
