// A list that is read again while it is looked at, and does not move.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { hold, withHead } from "./hold";
import { type Listed, PAGE } from "./reads";

interface Asked<Row> {
  key: unknown[];
  read: (limit: number) => Promise<Listed<Row>>;
  id: (row: Row) => string;
  /** Whether the first rows are read again and again. Pages behind the first do not change much. */
  isLive: boolean;
  /** The server looks at many rows for those that it gives: then they are read less often. */
  isCostly?: boolean;
}

/** How many rows are read again, and how often. All of a page are read again once a minute: that costs a read for each. */
const HEAD = 30;
const HEAD_MS = 5000;
const COSTLY_MS = 15_000;
const PAGE_MS = 60_000;

export function useHeld<Row>({ key, read, id, isLive, isCostly }: Asked<Row>) {
  const page = useQuery({
    queryKey: key,
    queryFn: () => read(PAGE),
    refetchInterval: isLive && PAGE_MS,
    placeholderData: keepPreviousData,
  });
  const head = useQuery({
    queryKey: [...key, "head"],
    queryFn: () => read(HEAD),
    refetchInterval: isCostly ? COSTLY_MS : HEAD_MS,
    enabled: isLive && page.isSuccess,
    initialData: undefined,
  });
  const name = JSON.stringify(key);
  const [held, setHeld] = useState<{ name: string; rows: Row[] }>();
  const latest = page.isPlaceholderData ? undefined : latestOf(page, head, id);
  // Another list, or one that was empty, is shown as it comes; React sets this before anything is drawn.
  if (latest && (held?.name !== name || (held.rows.length === 0 && latest.length > 0))) setHeld({ name, rows: latest });
  const rows = held?.name === name ? held.rows : (latest ?? page.data?.data ?? []);
  const shown = latest && held?.name === name ? hold(rows, latest, id) : { rows, gone: new Set<string>(), fresh: 0 };
  return {
    ...shown,
    /** More may have come than were read again. */
    isMany: shown.fresh >= HEAD,
    error: page.error,
    isKnown: page.data !== undefined,
    lookedAt: page.data?.meta.looked_at,
    next: page.data?.meta.next_cursor,
    again: () => void page.refetch(),
    /** Shows the list as it is now. */
    show: async () => {
      const now = await page.refetch();
      if (now.data) setHeld({ name, rows: now.data.data });
    },
  };
}

interface Read<Row> {
  data?: Listed<Row>;
  dataUpdatedAt: number;
}

function latestOf<Row>(page: Read<Row>, head: Read<Row>, id: (row: Row) => string): Row[] | undefined {
  if (!page.data || !head.data || page.dataUpdatedAt > head.dataUpdatedAt) return page.data?.data;
  return withHead(head.data.data, head.data.meta.next_cursor === null, page.data.data, id);
}
