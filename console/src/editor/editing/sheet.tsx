// The sheet of shortcuts.
import { useEffect, useRef } from "react";
import { IconButton } from "../../ui/button";
import { sheetOf } from "./keys";
import "./sheet.css";

export function Sheet({ editable, close }: { editable: boolean; close: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("button")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div
      ref={box}
      className="sheet"
      role="dialog"
      aria-label="Shortcuts"
      onKeyDown={(event) => (event.key === "Escape" || event.key === "?") && close()}
    >
      <div className="row">
        <h2 className="grow">Shortcuts</h2>
        <IconButton icon="x" label="Close" onClick={close} />
      </div>
      <div className="sheet-columns">
        {sheetOf(editable).map(([title, rows]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {rows.map(({ command, keys, does }) => (
                <div key={command} className="sheet-row">
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </div>
  );
}
