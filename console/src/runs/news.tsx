// What has come since a list was opened: said quietly, and shown when somebody wants it.
import { Button } from "../ui/button";
import { count } from "../ui/time";
import "./news.css";

export function News({
  fresh,
  isMany,
  gone,
  show,
}: {
  fresh: number;
  isMany: boolean;
  gone: number;
  show: () => void;
}) {
  if (fresh === 0 && gone === 0) return null;
  const text = fresh > 0 ? `${count(fresh)}${isMany ? " or more" : ""} new` : `${count(gone)} left the list`;
  return (
    <Button className="news" onClick={show} aria-live="polite">
      {text}
    </Button>
  );
}
