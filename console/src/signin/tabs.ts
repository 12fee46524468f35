// All tabs of a browser have one session: what one tab does to it, the others learn at once.

const NAME = "rookery.session";

type Told = "in" | "out";

/** Where the browser keeps nothing, as with cookies blocked, Firefox has no channel either: nobody is signed in there. */
function open(): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(NAME);
  } catch {
    return undefined;
  }
}

export function tellTabs(what: Told) {
  const channel = open();
  channel?.postMessage(what);
  channel?.close();
}

/** Where somebody signed out, nothing stays of what was read; where somebody signed in, it is asked who. */
export function followTabs(signedIn: () => void) {
  open()?.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    if (data === "out") window.location.reload();
    else signedIn();
  });
  // A page that the browser kept for its way back may be of a session that is over.
  window.addEventListener("pageshow", ({ persisted }) => persisted && window.location.reload());
}
