// How the console looks and is worked, for whoever sits at this browser; and who that is.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { setTheme, type Theme, theme } from "../design/theme";
import { useMay, useSession } from "../session";
import { signOut } from "../signin/sign-in";
import { Button } from "../ui/button";
import { Problem } from "../ui/problem";
import { Facts, Section } from "../ui/section";
import { Time } from "../ui/time";
import { shortcutsOf } from "./shortcuts";

const THEMES: [Theme, string][] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export function Appearance() {
  const [chosen, choose] = useState(theme());
  const editor = useMay("editor");
  return (
    <>
      <Section title="Theme">
        <fieldset className="chips">
          <legend className="sr-only">Theme</legend>
          {THEMES.map(([name, label]) => (
            <button
              key={name}
              type="button"
              className="chip"
              aria-pressed={name === chosen}
              onClick={() => {
                setTheme(name);
                choose(name);
              }}
            >
              {label}
            </button>
          ))}
        </fieldset>
      </Section>
      <SignedIn />
      <Section title="Shortcuts">
        <div className="shortcuts">
          {shortcutsOf(editor).map(([where, keys]) => (
            <div key={where}>
              <h3>{where}</h3>
              <dl>
                {keys.map(([key, does]) => (
                  <div key={key}>
                    <dt>{does}</dt>
                    <dd>
                      <kbd className="key">{key}</kbd>
                    </dd>
                  </div>
                ))}
              </dl>
            </div>
          ))}
        </div>
      </Section>
    </>
  );
}

function SignedIn() {
  const session = useSession();
  const queries = useQueryClient();
  const [error, setError] = useState<unknown>();
  if (!session.data) return null;
  if (session.data.auth === "open") {
    return (
      <Section title="Signed in">
        <p className="muted">
          No key is needed here, so nobody signs in. With <code>--auth required</code>, each has a role.
        </p>
      </Section>
    );
  }
  const leave = async () => {
    try {
      await signOut();
    } catch (failed) {
      setError(failed);
      return;
    }
    // Nothing that was read with the key stays: not in this page, and not behind the way back to it.
    queries.clear();
    window.location.replace("/console/");
  };
  return (
    <Section
      title="Signed in"
      actions={
        <Button icon="logOut" onClick={leave}>
          Sign out
        </Button>
      }
    >
      {error !== undefined && <Problem error={error} retry={leave} />}
      <Facts
        facts={[
          ["Key", session.data.key_name ?? (session.data.role === "root" ? "The root key" : "—")],
          ["Role", session.data.role ?? "—"],
          ["Until", <Time key="until" at={session.data.expires_at} />],
        ]}
      />
    </Section>
  );
}
