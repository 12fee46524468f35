// One small chart of bars over time. It only shows what the table below tells as well; uPlot is loaded with it.
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface Props {
  label: string;
  /** When each bar begins, in milliseconds, and how long it is. */
  at: number[];
  bar: number;
  values: number[];
  /** The name of a custom property. */
  colour: string;
  /** Whether the values are counts, which have no halves. */
  whole: boolean;
  format: (value: number) => string;
  /** Told of the bar below the pointer, or of none. */
  hover: (index: number | undefined) => void;
  open: (index: number) => void;
}

const HEIGHT = 120;
/** The steps of an axis of counts. */
const WHOLE = Array.from({ length: 10 }, (_, at) => [1, 2, 5].map((step) => step * 10 ** at)).flat();
/** Charts of a page point at the same time together. */
const TOGETHER = uPlot.sync("metrics");

export default function Chart(props: Props) {
  const { at, bar, values, colour } = props;
  const box = useRef<HTMLDivElement>(null);
  const now = useRef(props);
  useEffect(() => {
    now.current = props;
  });
  useEffect(() => {
    const { current: parent } = box;
    if (!parent) return;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(
        options(parent, bar, colour, now),
        [at.map((moment) => (moment + bar / 2) / 1000), values],
        parent,
      );
    };
    draw();
    const size = new ResizeObserver(() => plot?.setSize({ width: parent.clientWidth, height: HEIGHT }));
    size.observe(parent);
    // The colours are drawn, so they are drawn anew in another theme.
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      size.disconnect();
      theme.disconnect();
      plot?.destroy();
    };
  }, [at, bar, values, colour]);
  return <div className="chart-plot" ref={box} aria-hidden="true" />;
}

function options(parent: HTMLElement, bar: number, colour: string, now: { current: Props }): uPlot.Options {
  const look = getComputedStyle(parent);
  const named = (name: string) => look.getPropertyValue(name).trim();
  const font = `11px ${look.fontFamily}`;
  const axis = { stroke: named("--muted"), font, ticks: { show: false } };
  return {
    width: parent.clientWidth,
    height: HEIGHT,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: TOGETHER.key } },
    scales: {
      x: { range: () => [(now.current.at[0] ?? 0) / 1000, ((now.current.at.at(-1) ?? 0) + bar) / 1000] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.05 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        grid: { show: false },
        space: 60,
        values: (_, splits) => splits.map((at) => moment(at, bar)),
      },
      {
        ...axis,
        size: 48,
        space: 32,
        ...(now.current.whole && { incrs: WHOLE }),
        grid: { stroke: named("--line"), width: 1 },
        values: (_, splits) => splits.map((value) => now.current.format(value)),
      },
    ],
    series: [
      {},
      {
        fill: named(colour),
        stroke: named(colour),
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars?.({ size: [0.8, 40], align: 0 }),
      },
    ],
    hooks: {
      setCursor: [({ cursor }) => now.current.hover(cursor.idx ?? undefined)],
      ready: [
        (plot) =>
          plot.over.addEventListener("click", () => plot.cursor.idx != null && now.current.open(plot.cursor.idx)),
      ],
    },
  };
}

function moment(seconds: number, bar: number): string {
  const at = new Date(seconds * 1000);
  if (bar >= 6 * 3_600_000) return at.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  return at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}
