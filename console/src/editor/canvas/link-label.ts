// What a link says of itself in the room that it has. Pure.

/** About the width of a character of a label. */
const WIDTH = 6.2;
/** The room that a label leaves at both ends of its link. */
const ENDS = 32;
/** A name that is cut says something from this length of the link on. */
const NAMED = 96;

/** The group and how many events went along; where only one of them has room, it is the number, since the port names the group. */
export function labelOf(group: string | undefined, number: string | undefined, length: number): string | undefined {
  const whole = [group, number].filter((word) => word !== undefined).join(" · ");
  const fits = (text: string) => text.length * WIDTH <= length - ENDS;
  if (fits(whole)) return whole || undefined;
  if (number !== undefined) return fits(number) ? number : undefined;
  return length > NAMED ? group : undefined;
}
