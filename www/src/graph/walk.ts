import type { Drawing } from './shape.ts';

/** The step that a key leads to: down and up along the edges, left and right beside, Home and End. */
export function nextStep(key: string, here: string, waits: ReadonlyMap<string, readonly string[]>, { nodes }: Drawing): string | undefined {
  const places = new Map(nodes.map((node) => [node.id, node]));
  const place = places.get(here);
  if (!place) return undefined;
  const nearest = (ids: readonly string[]) => ids.toSorted((a, b) => distance(a) - distance(b))[0];
  const distance = (id: string) => {
    const { x, y } = places.get(id) ?? place;
    return Math.abs(x - place.x) + Math.abs(y - place.y);
  };
  const beside = (side: 1 | -1) => nodes.filter(({ id, x, y }) => id !== here && Math.abs(y - place.y) < 1 && Math.sign(x - place.x) === side).map(({ id }) => id);
  switch (key) {
    case 'ArrowDown':
      return nearest([...waits].flatMap(([id, others]) => (others.includes(here) ? [id] : [])));
    case 'ArrowUp':
      return nearest(waits.get(here) ?? []);
    case 'ArrowRight':
      return nearest(beside(1));
    case 'ArrowLeft':
      return nearest(beside(-1));
    case 'Home':
      return nodes[0]?.id;
    case 'End':
      return nodes.at(-1)?.id;
    default:
      return undefined;
  }
}
