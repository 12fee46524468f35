// One small chart of bars over time. It only shows what the tables below tell as well. It is drawn by hand: some thirty bars with two axes need
// no library, and the theme's colours hold by themselves.
import { type MouseEvent, useEffect, useRef, useState } from "react";
import { places, ticks } from "./axis";

interface Props {
  /** When each bar begins, in milliseconds, and how long it is. */
  at: number[];
  bar: number;
  values: number[];
  /** The name of a custom property. */
  colour: string;
  /** Whether the values are counts, which have no halves. */
  whole: boolean;
  format: (value: number) => string;
  /** The bar below the pointer, in whichever chart that is. */
  hovered: number | undefined;
  hover: (index: number | undefined) => void;
  /** Opens what the bar that begins then counts. */
  open: (at: number) => void;
}

const HEIGHT = 120;
const LEFT = 48;
const TOP = 6;
const BOTTOM = 20;

export function Chart({ at, bar, values, colour, whole, format, hovered, hover, open }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const [inner, tall] = [Math.max(0, width - LEFT - 4), HEIGHT - TOP - BOTTOM];
  const step = inner / Math.max(1, values.length);
  const marks = ticks(Math.max(...values, 0), whole);
  const top = marks.at(-1) ?? 1;
  const y = (value: number) => TOP + tall - (value / top) * tall;
  const indexAt = ({ clientX, currentTarget }: MouseEvent<HTMLElement>) => {
    const index = Math.floor((clientX - currentTarget.getBoundingClientRect().left - LEFT) / step);
    return index >= 0 && index < values.length ? index : undefined;
  };
  return (
    // The table by time leads to the same, by the keyboard too.
    <div
      className="chart-plot"
      ref={box}
      aria-hidden="true"
      onClick={(event) => {
        const begins = at[indexAt(event) ?? -1];
        if (begins !== undefined) open(begins);
      }}
      onPointerLeave={() => hover(undefined)}
      onPointerMove={(event) => hover(indexAt(event))}
    >
      <svg width={width} height={HEIGHT} role="presentation">
        {marks.map((mark) => (
          <g key={mark}>
            <line className="chart-line" x1={LEFT} x2={width} y1={y(mark)} y2={y(mark)} />
            <text className="chart-text end" x={LEFT - 6} y={y(mark) + 4}>
              {format(mark)}
            </text>
          </g>
        ))}
        {values.map((value, index) => (
          <rect
            key={at[index]}
            x={LEFT + index * step + step * 0.1}
            width={step * 0.8}
            y={y(value)}
            height={TOP + tall - y(value)}
            fill={`var(${colour})`}
            opacity={hovered === undefined || hovered === index ? 1 : 0.5}
          />
        ))}
        {places(at, bar, inner).map(({ index, text }) => (
          <text key={index} className="chart-text" x={LEFT + index * step} y={HEIGHT - 4}>
            {text}
          </text>
        ))}
      </svg>
    </div>
  );
}
