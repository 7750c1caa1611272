import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { walk } from './arrow-keys.ts';
import { Icon } from './icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  choose(): void;
}

export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (open) list.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  return (
    <div
      class="menu"
      onKeyDown={(event) => {
        if (open && event.key === 'Escape') close();
      }}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        class="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || open) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {label} <Icon name="chevron" />
      </button>
      <div ref={list} id={id} class="menu-list" role="menu" aria-label={label} hidden={!open} onKeyDown={walk('[role=menuitem]')}>
        {items.map(({ label, detail, choose }) => (
          <button
            type="button"
            class="menu-item"
            role="menuitem"
            tabIndex={-1}
            key={label}
            onClick={() => {
              close();
              choose();
            }}
          >
            <span>{label}</span>
            {detail && <span class="menu-detail">{detail}</span>}
          </button>
        ))}
      </div>
    </div>
  );
}
