// The state of a page is in its address: what is selected, filtered, and the window of time. A link to it shows the same to a colleague.
import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** A value of the address, and how to set it; setting `undefined` takes it out. Nothing is added to the history unless `push` says so. */
export function useParam(name: string): [string | undefined, (value: string | undefined, push?: boolean) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string | undefined, push = false) =>
      setParams(
        () => {
          // The address itself is read: what another part of the page set in the same moment stays.
          const next = new URLSearchParams(window.location.search);
          if (value === undefined || value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: !push },
      ),
    [name, setParams],
  );
  return [params.get(name) ?? undefined, set];
}

const NONE: readonly string[] = [];

/** As `useParam`, for what a list is filtered by: another filter begins at the list's first page, without the filters that are within it. */
export function useFilter(name: string, within = NONE): [string | undefined, (value: string | undefined) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string | undefined) =>
      setParams(
        () => {
          // The address itself is read: what another part of the page set in the same moment stays.
          const next = new URLSearchParams(window.location.search);
          for (const each of ["cursor", ...within]) next.delete(each);
          if (value === undefined || value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [name, within, setParams],
  );
  return [params.get(name) ?? undefined, set];
}

/** An address with its query: values that are not there are left out. */
export function href(path: string, query: Record<string, string | number | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/**
 * A text of any kind, like the name of a session, as one segment of an address. Routers decode a path before they read it, so that `%2F` and a
 * slash are one to them: `~2F` is not.
 */
export function toSegment(text: string): string {
  const safe = encodeURIComponent(text).replaceAll("~", "%7E");
  return (/^\.+$/.test(safe) ? safe.replaceAll(".", "%2E") : safe).replaceAll("%", "~");
}

/** The text of such a segment. What is none is taken as it stands. */
export function fromSegment(segment: string): string {
  try {
    return decodeURIComponent(segment.replaceAll("~", "%"));
  } catch {
    return segment;
  }
}
