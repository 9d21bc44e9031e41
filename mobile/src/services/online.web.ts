/** Calls `task` when the network comes back. */
export function onOnline(task: () => void): () => void {
  window.addEventListener('online', task);
  return () => window.removeEventListener('online', task);
}
