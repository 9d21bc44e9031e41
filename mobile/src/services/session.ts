import { Problem, problemFrom } from './problem';
import type { Person, Session } from './types';

/** Where the refresh token lives: the keychain on a phone, an HttpOnly cookie (out of our reach) in a browser. */
export interface RefreshKeeper {
  /** The token; `cookie` when the browser sends it by itself; null when nobody is signed in here. */
  read(): Promise<string | 'cookie' | null>;
  write(token: string): Promise<void>;
  clear(): Promise<void>;
  /** What tells the server that somebody has signed in here before, so that strangers' wrong tries lock nobody out here; null in a browser, which has a cookie for it. */
  device(): Promise<string | null>;
  /** Keeps it, also after signing out. */
  keepDevice(token: string): Promise<void>;
  /** Runs one refresh at a time, also across the tabs of a browser that share the cookie. */
  exclusive<T>(task: () => Promise<T>): Promise<T>;
}

export interface SessionParts {
  fetch: (request: Request) => Promise<Response>;
  address: () => string;
  keeper: RefreshKeeper;
  now: () => number;
  onChange: (person: Person | null) => void;
}

/** Seconds before the end of an access token at which a new one is fetched. */
const EARLY = 45;

/** Signs in and out, keeps the access token in memory and renews it; `fetch` is what all other requests go through. */
export function createSession({ fetch, address, keeper, now, onChange }: SessionParts) {
  let access: { token: string; endsAt: number } | null = null;
  let renewing: Promise<string | null> | null = null;

  function post(path: string, body: unknown): Request {
    return new Request(address() + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
    });
  }

  async function ask(request: Request): Promise<Response> {
    try {
      return await fetch(request);
    } catch {
      throw new Problem(0, '');
    }
  }

  async function begin(response: Response): Promise<string> {
    const session = (await response.json()) as Session;
    access = { token: session.access_token, endsAt: now() + session.expires_in * 1000 };
    await keeper.write(session.refresh_token);
    await keeper.keepDevice(session.device_token);
    onChange(session.person);
    return session.access_token;
  }

  async function end(): Promise<void> {
    access = null;
    await keeper.clear();
    onChange(null);
  }

  async function renewOnce(): Promise<string | null> {
    const kept = await keeper.read();
    if (kept === null) {
      await end();
      return null;
    }
    const response = await ask(post('/v1/auth/refresh', kept === 'cookie' ? {} : { refresh_token: kept }));
    if (response.ok) return begin(response);
    if (response.status === 400 || response.status === 401 || response.status === 422) {
      await end();
      return null;
    }
    throw problemFrom(response.status, await bodyOf(response));
  }

  /** A new access token, or null when the session is over. However many ask at once, one request is made. */
  function renew(): Promise<string | null> {
    renewing ??= keeper.exclusive(renewOnce).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  /** The access token, renewed when it is about to end; null when nobody is signed in. */
  async function token(): Promise<string | null> {
    if (access && access.endsAt - now() > EARLY * 1000) return access.token;
    return renew();
  }

  /** Signs in; with a code of the second factor, or a recovery code, where one is needed. */
  async function signIn(email: string, password: string, code?: string): Promise<void> {
    const device = await keeper.device();
    const known = device === null ? {} : { device_token: device };
    const response = await ask(post('/v1/auth/login', { email, password, ...known, ...(code ? { code } : {}) }));
    if (!response.ok) throw problemFrom(response.status, await bodyOf(response));
    await begin(response);
  }

  async function signOut(): Promise<void> {
    await authorised(new Request(`${address()}/v1/auth/logout`, { method: 'POST' })).catch(() => undefined);
    await end();
  }

  /** Sends a request as the person; a refused token is renewed once and the request repeated. */
  async function authorised(request: Request): Promise<Response> {
    const first = await token();
    if (first === null) throw new Problem(401, '');
    const again = request.clone();
    request.headers.set('Authorization', `Bearer ${first}`);
    const response = await ask(request);
    if (response.status !== 401) return response;

    const second = access && access.token !== first ? access.token : await renew();
    if (second === null) return response;
    again.headers.set('Authorization', `Bearer ${second}`);
    return ask(again);
  }

  return { signIn, signOut, renew, token, fetch: authorised };
}

export async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
