/** Opens the sagas of a journal: the server that shows one prints it behind `#live=`. A link may hold other things beside it. */
export const token = tokenIn(location.hash);

// Who opens the address that the server printed when it was started anew changes nothing but the fragment.
addEventListener('hashchange', () => {
  const other = tokenIn(location.hash);
  if (other !== undefined && other !== token) location.reload();
});

function tokenIn(hash: string): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('live') ?? undefined;
}
