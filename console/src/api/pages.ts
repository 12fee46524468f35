// Lists of the API that are wanted whole: they come page by page.

/** What a page of a list says of the next one. */
interface Page<T> {
  data: T[];
  meta: { next_cursor?: string | null };
}

/** The rows of a list, of all its pages or of so many at most. */
export async function allRows<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < most; page++) {
    const { data, meta } = await read(cursor);
    rows.push(...data);
    cursor = meta.next_cursor ?? undefined;
    if (cursor === undefined) break;
  }
  return rows;
}
