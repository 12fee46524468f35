// A text of the server's, with its `code` set apart: nothing else of it is markup.

/** A text with its `code` set apart. */
export function Words({ text }: { text: string }) {
  return text.split(/(`[^`]+`)/).map((part, at) =>
    part.startsWith("`") && part.length > 2 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name.
      <code key={at}>{part.slice(1, -1)}</code>
    ) : (
      part
    ),
  );
}
