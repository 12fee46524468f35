// How near the canvas is looked at: from afar, nodes and links are drawn with little, since more could not be read, and hundreds may be in view.
import { useStore } from "@xyflow/react";
import { createContext, type ReactNode, useContext, useDeferredValue } from "react";

/** `far`: names alone. `middle`: all of a node, but no labels of links. */
export type Sight = "far" | "middle" | "near";

/** Below this zoom, the words of a node are smaller than 5.5 px. */
const FAR = 0.42;
/** Below this zoom, labels of links could not be read. */
const READABLE = 0.55;

export function sightAt(zoom: number): Sight {
  return zoom < FAR ? "far" : zoom < READABLE ? "middle" : "near";
}

const Seen = createContext<Sight>("near");

/** Tells all nodes and links at once: a watch of each over the zoom would cost more than it saves. */
export function Sighted({ children }: { children: ReactNode }) {
  const sight = useStore((state) => sightAt(state.transform[2]));
  // Whoever comes nearer is not held up while all that can now be read is drawn.
  const drawn = useDeferredValue(sight);
  return <Seen.Provider value={sight === "far" ? sight : drawn}>{children}</Seen.Provider>;
}

export const useSight = () => useContext(Seen);
