// A node from afar: its name in large letters, its kind by its colour, and how it stands. There may be hundreds, so it is made of little.
import type { Tone } from "../../ui/state";
import type { NodeData } from "./graph";

interface Props {
  className: string;
  name: string;
  title: string | undefined;
  tone: Tone | undefined;
  state: string;
  data: NodeData;
  /** The one figure that matters most. */
  count: string | undefined;
}

/** Lower than this, two lines of a name would stand on the figure. */
const LOW = 84;

export function FarNode({ className, name, title, tone, state, data, count }: Props) {
  let bottom = 0;
  // A low node has room for one line above its figure.
  const isLow = count !== undefined && data.height < LOW;
  return (
    <div className={`${className} far ${isLow ? "is-low" : ""}`} style={{ height: data.height }} title={title ?? name}>
      {/* Where links end is read from the page, so the ports are there, though nobody could see them. */}
      <div className="far-ports">
        {data.handles.map(({ id, type, position, x, y, height = 0 }) => {
          const marginTop = y - bottom;
          bottom = y + height;
          return (
            <i
              key={id}
              className={type}
              data-handleid={id}
              data-handlepos={position}
              style={{ marginTop, marginLeft: x }}
            />
          );
        })}
      </div>
      <span className="far-name">{name}</span>
      {count !== undefined && <span className="far-count">{count}</span>}
      {tone && <span className={`dot ${tone}`} role="img" aria-label={state} />}
    </div>
  );
}
