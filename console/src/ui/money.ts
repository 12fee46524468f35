// Money, in words.

/** A sum in dollars, with as many digits as say something. */
export function dollarsOf(sum: number): string {
  if (sum === 0) return "$0";
  if (sum < 0.0001) return "< $0.0001";
  return `$${sum.toFixed(sum < 0.1 ? 4 : 2)}`;
}
