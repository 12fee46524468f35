// How the canvas moves: in a moment, or at once for those who asked their system for less motion.

/** Whether less motion is wanted. */
export const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** How long the canvas moves to where it shows something. */
export const glide = () => ({ duration: isCalm() ? 0 : 120 });
