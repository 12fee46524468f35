// What has come since a list was opened: said quietly, and shown when somebody wants it.
import { Button } from "./button";
import { count } from "./time";
import "./news.css";

interface Props {
  fresh: number;
  /** There may be more than were counted. */
  isMany?: boolean;
  gone?: number;
  show: () => void;
}

export function News({ fresh, isMany = false, gone = 0, show }: Props) {
  if (fresh === 0 && gone === 0) return null;
  const text = fresh > 0 ? `${count(fresh)}${isMany ? " or more" : ""} new` : `${count(gone)} left the list`;
  return (
    <Button className="news" onClick={show} aria-live="polite">
      {text}
    </Button>
  );
}
