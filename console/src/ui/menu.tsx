// Menus and tabs, as the patterns of ARIA have them: arrows move, Enter chooses, Escape leads back.
import {
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { Icon, type IconName } from "./icon";
import "./menu.css";

export interface Item {
  label: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  act: () => void;
}

type Trigger = ReactElement<{
  onClick?: (event: { currentTarget: Element }) => void;
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
}>;

/** A button with a menu below. */
export function Menu({ trigger, items }: { trigger: ReactElement; items: Item[] }) {
  const [below, setBelow] = useState<HTMLElement>();
  return (
    <>
      {cloneElement(trigger as Trigger, {
        "aria-haspopup": "menu",
        "aria-expanded": below !== undefined,
        onClick: ({ currentTarget }) =>
          setBelow(below || !(currentTarget instanceof HTMLElement) ? undefined : currentTarget),
      })}
      {below && <Items below={below} items={items} close={() => setBelow(undefined)} />}
    </>
  );
}

/** The element that another key leads to, of those in a row or column. */
export function nextOf<T>(all: T[], at: number, key: string, [back, on]: [string, string]): T | undefined {
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (key === on) return all[(at + 1) % all.length];
  if (key === back) return all.at(at <= 0 ? -1 : at - 1);
  return undefined;
}

function Items({ below, items, close }: { below: HTMLElement; items: Item[]; close: () => void }) {
  const menu = useRef<HTMLDivElement>(null);
  const now = useRef(close);
  useEffect(() => {
    now.current = close;
  });
  useEffect(() => {
    const { current } = menu;
    if (!current) return;
    // Below the button, or above it where there is no room; never out of the window.
    const [button, own] = [below.getBoundingClientRect(), current.getBoundingClientRect()];
    const under = button.bottom + 4;
    current.style.top = `${under + own.height <= window.innerHeight ? under : Math.max(4, button.top - own.height - 4)}px`;
    current.style.left = `${Math.max(4, Math.min(button.left, window.innerWidth - own.width - 4))}px`;
    current.querySelector<HTMLElement>("[role=menuitem]:not(:disabled)")?.focus();
    const outside = ({ target }: Event) => {
      if (target instanceof Node && !current.contains(target) && !below.contains(target)) now.current();
    };
    const gone = () => now.current();
    document.addEventListener("pointerdown", outside, true);
    window.addEventListener("resize", gone);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("resize", gone);
    };
  }, [below]);
  const press = (event: KeyboardEvent) => {
    // What stands behind the menu has keys of its own.
    event.stopPropagation();
    const all = [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)") ?? [])];
    const next = nextOf(all, all.indexOf(document.activeElement as HTMLElement), event.key, ["ArrowUp", "ArrowDown"]);
    next?.focus();
    if (event.key === "Escape" || event.key === "Tab") {
      close();
      below.focus();
    }
    if (next || event.key === "Escape") event.preventDefault();
  };
  return createPortal(
    <div className="menu" role="menu" tabIndex={-1} ref={menu} onKeyDown={press}>
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className={`menu-item ${item.danger ? "danger" : ""}`}
          disabled={item.disabled}
          onPointerMove={({ currentTarget }) => currentTarget.focus()}
          onClick={(event) => {
            event.stopPropagation();
            close();
            below.focus();
            item.act();
          }}
        >
          {item.icon && <Icon name={item.icon} />}
          {item.label}
        </button>
      ))}
    </div>,
    // All that is shown stands in a landmark of the page.
    below.closest("main, header, nav") ?? document.body,
  );
}

export interface Tab {
  id: string;
  label: string;
  content: ReactNode;
}

export function Tabs({ tabs, chosen, choose }: { tabs: Tab[]; chosen: string; choose: (id: string) => void }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = tabs.findIndex((tab) => tab.id === chosen);
  const press = (event: KeyboardEvent) => {
    const next = nextOf(tabs, at, event.key, ["ArrowLeft", "ArrowRight"]);
    if (!next) return;
    event.preventDefault();
    choose(next.id);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[tabs.indexOf(next)]?.focus();
  };
  return (
    <div className="tabs">
      <div className="tabs-list" role="tablist" ref={list} onKeyDown={press}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === chosen}
            aria-controls={tab.id === chosen ? `${id}-panel` : undefined}
            tabIndex={tab.id === chosen ? 0 : -1}
            className="tab"
            onClick={() => choose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {tabs[at] && (
        <div
          key={chosen}
          className="tab-panel"
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-${chosen}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls is reached by the keyboard.
          tabIndex={0}
        >
          {tabs[at].content}
        </div>
      )}
    </div>
  );
}
