// The search in the top bar: it opens the palette, as `Ctrl+K` does. The palette is loaded when it is first opened.
import { createContext, type ReactNode, Suspense, useContext, useEffect, useState } from "react";
import { part } from "../part";
import { Icon } from "../ui/icon";

const Palette = part(() => import("./palette"));
const Opening = createContext<() => void>(() => {});

/** Gives all inside a way to open the palette of the project. */
export function Searching({ project, children }: { project: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return (
    <Opening.Provider value={() => setOpen(true)}>
      {children}
      {open && (
        <Suspense>
          <Palette project={project} close={() => setOpen(false)} />
        </Suspense>
      )}
    </Opening.Provider>
  );
}

export function SearchButton() {
  const open = useContext(Opening);
  return (
    <button type="button" className="search-button" onClick={open} title="Search by name (Ctrl+K)">
      <Icon name="search" size={14} />
      <span className="sr-only">Search</span>
      <kbd>Ctrl K</kbd>
    </button>
  );
}
