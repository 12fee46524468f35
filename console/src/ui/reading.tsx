// What is being read: said after a moment only, since most of it is there at once.
import "./reading.css";

export function Reading() {
  return (
    <p className="reading muted" role="status">
      Reading…
    </p>
  );
}
