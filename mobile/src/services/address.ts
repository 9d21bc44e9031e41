import { usePreferences } from '@/stores/preferences';

/** The server's origin, without a slash at the end. On a phone the person names it when signing in. */
export function serverAddress(): string {
  return usePreferences.getState().server;
}

/** What a person typed as an origin, or null when it is none. */
export function toOrigin(typed: string): string | null {
  const text = typed.trim().replace(/\/+$/, '');
  const full = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  return /^https?:\/\/[^\s/:]+(:\d+)?$/i.test(full) ? full : null;
}

/** The address of the event stream. */
export function streamAddress(): string {
  return `${serverAddress().replace(/^http/, 'ws')}/v1/stream`;
}
