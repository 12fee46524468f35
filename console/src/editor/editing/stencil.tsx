// The stencil: what can be put on the canvas, by kind. Things are dragged, or put by Enter; what is pointed at is told of beside it.
import { memo, type SyntheticEvent, useMemo, useRef, useState } from "react";
import { Icon } from "../../ui/icon";
import { Words } from "../../ui/words";
import { colourOf, iconOf } from "../canvas/look";
import { ORDER, search, type Ware } from "./stock";
import "./stencil.css";

/** What a drag from the stencil carries. */
export const CARRIED = "application/x-rookery-ware";

/** The first paragraph of a doc. All of it is told in the panel of the agent. */
const leadOf = (doc: string) => doc.split(/\n\s*\n/, 1)[0]?.replaceAll("\n", " ") ?? "";

interface Props {
  wares: readonly Ware[];
  put: (ware: Ware) => void;
}

/** What is told of, and where: from the top of the stencil, or for what stands further down, from its foot. */
interface Told {
  ware: Ware;
  item: Element;
  at: { top: number } | { bottom: number };
}

export const Stencil = memo(function Stencil({ wares, put }: Props) {
  const [typed, setTyped] = useState("");
  const [told, setTold] = useState<Told>();
  const box = useRef<HTMLElement>(null);
  const found = useMemo(() => search(wares, typed), [wares, typed]);
  const shelves = ORDER.map((shelf) => [shelf, found.filter((ware) => ware.shelf === shelf)] as const);
  const toldAt = (ware: Ware, item: Element): Told | undefined => {
    const [inner, outer] = [item.getBoundingClientRect(), box.current?.getBoundingClientRect()];
    if (!outer) return undefined;
    const isUpper = inner.top - outer.top < outer.height / 2;
    return { ware, item, at: isUpper ? { top: inner.top - outer.top } : { bottom: outer.bottom - inner.bottom } };
  };
  const tell = (ware: Ware, item: Element) => setTold(toldAt(ware, item));
  // An item that is reached by key or by pointer may scroll into view after it is told of. What is told of now counts, and not what was drawn last.
  const follow = ({ currentTarget: list }: SyntheticEvent) =>
    setTold((now) => {
      if (!now) return now;
      const [inner, outer] = [now.item.getBoundingClientRect(), list.getBoundingClientRect()];
      return inner.bottom > outer.top && inner.top < outer.bottom ? toldAt(now.ware, now.item) : undefined;
    });
  const hush = () => setTold(undefined);
  return (
    <aside ref={box} className="stencil" aria-label="Stencil">
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
      <div className="stencil-list" onScroll={follow}>
        {shelves.map(([shelf, rows]) =>
          rows.length === 0 ? null : (
            <section key={shelf} aria-label={shelf}>
              <h2>{shelf}</h2>
              {rows.map((ware) => (
                <Item key={ware.id} ware={ware} put={put} tell={tell} hush={hush} />
              ))}
            </section>
          ),
        )}
        {found.length === 0 && <p className="muted small">Nothing fits.</p>}
      </div>
      <p className="stencil-how muted">
        Drag one onto the canvas, or onto a link. Enter puts it beside the selected agent.
      </p>
      <div className="stencil-told" aria-live="polite">
        {told && (
          <p className="stencil-doc" style={told.at}>
            <Words text={leadOf(told.ware.doc)} />
          </p>
        )}
      </div>
    </aside>
  );
});

interface ItemProps {
  ware: Ware;
  put: (ware: Ware) => void;
  tell: (ware: Ware, item: Element) => void;
  hush: () => void;
}

function Item({ ware, put, tell, hush }: ItemProps) {
  const { type, kind } = ware.stock.type;
  return (
    <button
      type="button"
      className={`stencil-item of-${colourOf(type, kind)}`}
      draggable
      onDragStart={(event) => {
        hush();
        event.dataTransfer.setData(CARRIED, ware.id);
        event.dataTransfer.effectAllowed = "copy";
      }}
      onClick={(event) => {
        // A click by mouse only points; a double click, or Enter, puts.
        if (event.detail === 0 || event.detail === 2) put(ware);
      }}
      onMouseEnter={(event) => tell(ware, event.currentTarget)}
      onMouseLeave={hush}
      onFocus={(event) => tell(ware, event.currentTarget)}
      onBlur={hush}
    >
      <span className="tile">
        <Icon name={iconOf(type, kind)} size={14} />
      </span>
      <span className="cut">{ware.title}</span>
    </button>
  );
}
