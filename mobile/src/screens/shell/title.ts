/** A phone has no window title. */
export function useTitle(_path: string): void {}
