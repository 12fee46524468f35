// Events that came to an agent, or went out of it, since its lists were read. They are told of by what the canvas follows anyway: nothing more is
// read for it, and no list moves.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Schemas } from "../../api/types";
import { useStable } from "../../ui/use-stable";
import type { Cells } from "../model/cells";
import type { Place, Traffic } from "./data";
import { type Source, sourcesOf } from "./events-of";

type Told = Pick<Schemas["Change"], "id" | "cell_id" | "groups">;

/** The ids of events that a list may not have yet. */
export interface Fresh {
  incoming: readonly string[];
  outgoing: readonly string[];
}

export const NOTHING: Fresh = { incoming: [], outgoing: [] };

/** With what was told of since: what an agent emitted, and what its sources did. The same event may be told of twice. */
export function withTold(fresh: Fresh, told: readonly Told[], cell: string, sources: readonly Source[]): Fresh {
  const comes = ({ cell_id, groups }: Told) =>
    sources.some((source) => source.cell === cell_id && (source.group === undefined || groups.includes(source.group)));
  const ids = (which: (event: Told) => boolean) => told.filter(which).map((event) => event.id);
  const incoming = [...new Set([...fresh.incoming, ...ids(comes)])];
  const outgoing = [...new Set([...fresh.outgoing, ...ids((event) => event.cell_id === cell)])];
  const isSame = incoming.length === fresh.incoming.length && outgoing.length === fresh.outgoing.length;
  return isSame ? fresh : { incoming, outgoing };
}

/** How many of them a list does not have. */
export function missing(ids: readonly string[], list: readonly { id: string }[]): number {
  const known = new Set(list.map((event) => event.id));
  return ids.filter((id) => !known.has(id)).length;
}

/** How many events came and went since the lists were read, and what shows them. */
export function useFresh({ project, workflow, cell }: Place, cells: Cells, traffic: Traffic) {
  const sources = useMemo(() => sourcesOf(cells, cell), [cells, cell]);
  const queries = useQueryClient();
  const watch = useCallback((tell: () => void) => queries.getQueryCache().subscribe(tell), [queries]);
  // The canvas asks; this only looks at what it was answered.
  const data = useSyncExternalStore(watch, () =>
    queries.getQueryData<Schemas["Changes"]>(["editor", "changes", project, workflow]),
  );
  // What was told of before the lists were read is in them.
  const seen = useRef(data);
  const [fresh, setFresh] = useState(NOTHING);
  useEffect(() => {
    if (!data || data === seen.current) return;
    seen.current = data;
    setFresh((now) => withTold(now, data.events, cell, sources));
  }, [data, cell, sources]);
  const show = useStable(() => {
    setFresh(NOTHING);
    traffic.refresh();
  });
  const incoming = missing(fresh.incoming, traffic.incoming);
  const outgoing = missing(fresh.outgoing, traffic.outgoing);
  // Of lists that are empty, nothing moves: their first events are shown as they come.
  const isFirst = incoming + outgoing > 0 && traffic.incoming.length + traffic.outgoing.length === 0;
  useEffect(() => {
    if (isFirst) show();
  }, [isFirst, show]);
  return { incoming, outgoing, show };
}
