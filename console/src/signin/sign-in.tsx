// Signing in with an API key. The key goes to the server once, for a cookie that no script can read; it is kept nowhere here.
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, call } from "../api/client";
import { ApiError } from "../api/error";
import { Button } from "../ui/button";
import { Problem } from "../ui/problem";
import { tellTabs } from "./tabs";
import "./sign-in.css";

async function signIn(key: string): Promise<void> {
  await call(api.POST("/api/v1/session", { body: { key } }));
  tellTabs("in");
}

export async function signOut(): Promise<void> {
  await call(api.DELETE("/api/v1/session"));
  tellTabs("out");
}

/** What is said of a failed try. Of a key that is not known, the server tells programs how to send one: that is nothing for this page. */
function said(error: unknown): unknown {
  return error instanceof ApiError && error.status === 401 ? new Error(error.message) : error;
}

/** `isOver`: somebody was signed in, and what they did waits behind. */
export function SignIn({ isOver = false }: { isOver?: boolean }) {
  const queries = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const key = String(new FormData(form).get("key") ?? "").trim();
    setBusy(true);
    try {
      await signIn(key);
      form.reset();
      await queries.invalidateQueries();
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>Rookery</h1>
        {isOver && <p>Your session is over. Sign in again and go on where you were: nothing is lost.</p>}
        <label htmlFor="key">API key</label>
        {/* biome-ignore lint/a11y/noAutofocus: the page is this one field. */}
        <input id="key" name="key" type="password" autoComplete="off" required spellCheck={false} autoFocus />
        <p className="muted small">
          A key of a project (<code>rk_…</code>), or the root key. It is exchanged for a cookie, and not kept in the
          browser.
        </p>
        {error !== undefined && <Problem error={said(error)} />}
        <Button kind="main" type="submit" disabled={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
