// Something that is asked for often, and done now and then.

/** Does something at once, and for all that ask within `ms` after that, once more. */
export function spaced(act: () => void, ms: number): () => void {
  let rest: ReturnType<typeof setTimeout> | undefined;
  let isAsked = false;
  const go = () => {
    isAsked = false;
    // The computer's clock may be put right meanwhile: it is not asked.
    rest = setTimeout(() => {
      rest = undefined;
      if (isAsked) go();
    }, ms);
    act();
  };
  return () => {
    if (rest === undefined) go();
    else isAsked = true;
  };
}
