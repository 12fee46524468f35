// Texts of schemas: Markdown that is shown as text, with `code` and lists at most.
import { useState } from "react";
import { Words } from "../ui/words";

/** A longer text: paragraphs, and lists of lines that begin with `- `. */
export function Doc({ text }: { text: string }) {
  return text.split(/\n\s*\n/).map((block, at) => {
    const items = block.split(/\n(?=- )/).filter((item) => item.startsWith("- "));
    const lead = block.startsWith("- ") ? "" : block.split(/\n(?=- )/)[0];
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text have no other name.
      <div key={at} className="doc-block">
        {lead && (
          <p>
            <Words text={lead.replaceAll("\n", " ")} />
          </p>
        )}
        {items.length > 0 && (
          <ul className="doc-list">
            {items.map((item) => (
              <li key={item}>
                <Words text={item.slice(2).replaceAll("\n", " ")} />
              </li>
            ))}
          </ul>
        )}
      </div>
    );
  });
}

/** The first sentence, and the rest when it is wanted. */
export function Help({ text, id }: { text: string; id?: string }) {
  const [whole, setWhole] = useState(false);
  const { first, rest } = firstSentence(text);
  return (
    <div className="form-help" id={id}>
      <Words text={whole ? text.replaceAll("\n", " ") : first} />
      {rest && !whole && (
        <button type="button" className="form-more-text" onClick={() => setWhole(true)} aria-label="more of the help">
          more
        </button>
      )}
    </div>
  );
}

/** A first sentence longer than this is cut. */
const LONG = 150;

export function firstSentence(text: string): { first: string; rest: string } {
  const flat = text.replaceAll("\n", " ");
  const end = flat.search(/\. (?=[A-Z`])/);
  const first = end === -1 ? flat : flat.slice(0, end + 1);
  if (first.length > LONG) {
    const at = first.lastIndexOf(" ", LONG - 20);
    // A `word` is not cut in its middle.
    const even = first.slice(0, at).split("`").length % 2 === 1 ? at : first.lastIndexOf("`", at);
    return { first: `${first.slice(0, even).replace(/[\s,;:(]+$/, "")} …`, rest: flat.slice(even) };
  }
  return { first, rest: flat.slice(first.length + 1) };
}

/** Whether a help text only says the label again: `The method.` below `Method`. */
export function saysNothing(help: string | undefined, label: string): boolean {
  const bare = help
    ?.trim()
    .replace(/^(the|a|an) /i, "")
    .replace(/\.$/, "");
  return bare !== undefined && bare.toLowerCase() === label.toLowerCase();
}
