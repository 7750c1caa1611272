/** Lets the arrow keys, Home and End walk the focus through a container's items that match a selector. */
export function walk(selector: string): (event: KeyboardEvent & { currentTarget: HTMLElement }) => void {
  return (event) => {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
    const here = items.findIndex((item) => item === document.activeElement);
    const there = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (there === undefined || here === -1) return;
    event.preventDefault();
    items[Math.max(0, Math.min(there, items.length - 1))]?.focus();
  };
}
