// Something that is asked for often, and done now and then.

/** Does something at once, and for all that ask within `ms` after that, once more. */
export function spaced(act: () => void, ms: number): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let waits: ReturnType<typeof setTimeout> | undefined;
  const go = () => {
    waits = undefined;
    last = Date.now();
    act();
  };
  return () => {
    if (waits !== undefined) return;
    const rest = last + ms - Date.now();
    if (rest <= 0) go();
    else waits = setTimeout(go, rest);
  };
}
