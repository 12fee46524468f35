// Functions that stay the same object from one drawing to the next, and yet act on what was drawn last: what they are given to is not drawn
// anew because of them.
import { useCallback, useLayoutEffect, useRef } from "react";

export function useStable<Given extends unknown[], Result>(act: (...given: Given) => Result) {
  const latest = useRef(act);
  useLayoutEffect(() => {
    latest.current = act;
  });
  return useCallback((...given: Given) => latest.current(...given), []);
}
