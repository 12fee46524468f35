// A link of the canvas: a calm curve, labelled by its group and how many events went along it.
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo, useEffect, useRef, useState } from "react";
import { count } from "../../ui/time";
import { isControl } from "../model/cells";
import type { CanvasLink } from "./graph";
import { labelOf } from "./link-label";
import { isErrorGroup } from "./look";
import { isCalm } from "./motion";
import { useSight } from "./sight";

/** A dot is on its way for so long. */
const WAY = 500;

export const FlowLink = memo(function FlowLink(props: EdgeProps<CanvasLink>) {
  const { data, selected } = props;
  const sight = useSight();
  const [path, x, y] = props.source === props.target ? around(props) : getBezierPath({ ...props, curvature: 0.3 });
  if (!data) return null;
  const { group, mark } = data;
  const classes = [
    "link",
    isControl(data.cell) && "is-control",
    sight === "far" && "is-far",
    isErrorGroup(group) && "error",
    selected && "is-selected",
    data.disabled && "is-disabled",
    mark?.look && `is-${mark.look}`,
  ]
    .filter(Boolean)
    .join(" ");
  const length = props.source === props.target ? 240 : Math.abs(props.targetX - props.sourceX);
  const words = [group, mark?.count === undefined ? undefined : count(mark.count)].filter((word) => word !== undefined);
  const shown = sight === "near" && words.length > 0 && (length > 96 || selected) && mark?.look !== "faded";
  return (
    <>
      <BaseEdge path={path} className={classes} interactionWidth={sight === "far" ? 0 : 16} />
      <Travelling path={path} pulse={data.pulse} />
      {shown && (
        <EdgeLabelRenderer>
          <span
            className={`link-label ${classes}`}
            title={mark?.counts}
            style={{
              transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`,
              maxWidth: Math.max(48, length - 32),
            }}
          >
            {labelOf(group, mark?.count === undefined ? undefined : count(mark.count), selected ? 1000 : length)}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** The way of a link that leads back to its own agent: below it. */
function around({ sourceX, sourceY, targetX, targetY }: EdgeProps<CanvasLink>): [string, number, number] {
  const bottom = Math.max(sourceY, targetY) + 64;
  const midst = (sourceX + targetX) / 2;
  const out = `M${sourceX},${sourceY} C${sourceX + 72},${sourceY} ${sourceX + 48},${bottom} ${midst},${bottom}`;
  return [`${out} S${targetX - 72},${targetY} ${targetX},${targetY}`, midst, bottom];
}

/** Begins a motion that has come into the page. A time to begin at would be one of the page's clock, at which the motion is over long since. */
function begin(motion: SVGAnimationElement | null) {
  motion?.beginElement();
}

/** A dot that goes along the link, once for each time that events did. */
function Travelling({ path, pulse }: { path: string; pulse: number }) {
  const seen = useRef(pulse);
  const [going, setGoing] = useState(0);
  useEffect(() => {
    if (seen.current === pulse) return;
    seen.current = pulse;
    if (isCalm()) return;
    setGoing(pulse);
    const over = setTimeout(() => setGoing(0), WAY);
    return () => clearTimeout(over);
  }, [pulse]);
  if (going === 0) return null;
  return (
    <circle key={going} r={4} className="link-dot">
      <animateMotion
        ref={begin}
        dur={`${WAY}ms`}
        path={path}
        fill="freeze"
        calcMode="spline"
        keyPoints="0;1"
        keyTimes="0;1"
        keySplines="0.4 0 0.4 1"
        begin="indefinite"
      />
    </circle>
  );
}
