// The stencil: what can be put on the canvas, by kind. Things are dragged, or put by Enter; what is pointed at is told of below.
import { memo, useMemo, useState } from "react";
import { Icon } from "../../ui/icon";
import { Words } from "../../ui/words";
import { colourOf, iconOf } from "../canvas/look";
import { ORDER, search, type Ware } from "./stock";
import "./stencil.css";

/** What a drag from the stencil carries. */
export const CARRIED = "application/x-rookery-ware";

const HOW = "Drag one onto the canvas, or onto a link. Enter puts it beside the selected agent.";

/** The first paragraph of a doc. All of it is told in the panel of the agent. */
const leadOf = (doc: string) => doc.split(/\n\s*\n/, 1)[0]?.replaceAll("\n", " ") ?? "";

interface Props {
  wares: readonly Ware[];
  put: (ware: Ware) => void;
}

export const Stencil = memo(function Stencil({ wares, put }: Props) {
  const [typed, setTyped] = useState("");
  const [told, setTold] = useState<Ware>();
  const found = useMemo(() => search(wares, typed), [wares, typed]);
  const shelves = ORDER.map((shelf) => [shelf, found.filter((ware) => ware.shelf === shelf)] as const);
  return (
    <aside className="stencil" aria-label="Stencil">
      <input
        className="field stencil-search"
        type="search"
        placeholder="Search agents…"
        aria-label="Search the stencil"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          const first = found[0];
          if (event.key === "Enter" && first) put(first);
        }}
      />
      <div className="stencil-list">
        {shelves.map(([shelf, rows]) =>
          rows.length === 0 ? null : (
            <section key={shelf} aria-label={shelf}>
              <h2>{shelf}</h2>
              {rows.map((ware) => (
                <Item key={ware.id} ware={ware} put={put} tell={setTold} />
              ))}
            </section>
          ),
        )}
        {found.length === 0 && <p className="muted small">Nothing fits.</p>}
      </div>
      <div className={told ? "stencil-doc" : "stencil-doc muted"} aria-live="polite">
        <p>{told ? <Words text={leadOf(told.doc)} /> : HOW}</p>
      </div>
    </aside>
  );
});

function Item({ ware, put, tell }: { ware: Ware; put: (ware: Ware) => void; tell: (ware: Ware) => void }) {
  const { type, kind } = ware.stock.type;
  return (
    <button
      type="button"
      className={`stencil-item of-${colourOf(type, kind)}`}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(CARRIED, ware.id);
        event.dataTransfer.effectAllowed = "copy";
      }}
      onClick={(event) => {
        // A click by mouse tells; a double click, or Enter, puts.
        if (event.detail === 0 || event.detail === 2) put(ware);
        else tell(ware);
      }}
      onMouseEnter={() => tell(ware)}
      onFocus={() => tell(ware)}
    >
      <span className="tile">
        <Icon name={iconOf(type, kind)} size={14} />
      </span>
      <span className="cut">{ware.title}</span>
    </button>
  );
}
