/** The server that served the app. */
export function serverAddress(): string {
  return window.location.origin;
}

export function toOrigin(): string | null {
  return window.location.origin;
}

export function streamAddress(): string {
  return `${window.location.origin.replace(/^http/, 'ws')}/v1/stream`;
}
