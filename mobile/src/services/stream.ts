import { parseFrame, type StreamEvent } from './events';

/** What the stream needs of a WebSocket. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((end: { code?: number }) => void) | null;
  onerror: (() => void) | null;
}

export interface StreamParts {
  open: () => Socket;
  /** The access token, or null when the session is over; throws when the server can't be reached. */
  token: () => Promise<string | null>;
  /** As `token`, but a new one: the server refused the old. */
  renew: () => Promise<string | null>;
  onEvent: (event: StreamEvent) => void;
  onConnected: (connected: boolean) => void;
  /** The stream runs, but what happened before is unknown: everything shown has to be fetched again. */
  onGap: () => void;
  /** Runs `task` later; what it returns calls that off. */
  after: (ms: number, task: () => void) => () => void;
  random: () => number;
}

const REFUSED = 4401;
const FIRST_WAIT = 400;
const LONGEST_WAIT = 20_000;

/** Keeps one connection to the event stream: each event is given on once and in order, across lost connections. */
export function createStream(parts: StreamParts) {
  let wanted = false;
  let socket: Socket | null = null;
  let cursor: number | null = null;
  let tries = 0;
  let attempt = 0;
  let callOff: (() => void) | null = null;

  async function connect(token: () => Promise<string | null>): Promise<void> {
    const mine = ++attempt;
    let access: string | null;
    try {
      access = await token();
    } catch {
      if (wanted && mine === attempt) later(parts.token);
      return;
    }
    if (!wanted || mine !== attempt || access === null) return;
    listen(parts.open(), access);
  }

  function listen(opened: Socket, access: string): void {
    socket = opened;
    opened.onopen = () => {
      opened.send(JSON.stringify(cursor === null ? { type: 'hello', token: access } : { type: 'hello', token: access, after: cursor }));
      parts.onConnected(true);
      if (cursor === null) parts.onGap();
    };
    opened.onmessage = ({ data }) => {
      if (socket !== opened || typeof data !== 'string') return;
      tries = 0;
      const event = parseFrame(data);
      if (!event || (cursor !== null && event.cursor <= cursor)) return;
      cursor = event.cursor;
      parts.onEvent(event);
    };
    opened.onerror = null;
    opened.onclose = ({ code }) => {
      if (socket !== opened) return;
      socket = null;
      parts.onConnected(false);
      if (wanted) later(code === REFUSED ? parts.renew : parts.token);
    };
  }

  function later(token: () => Promise<string | null>): void {
    callOff?.();
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
    tries += 1;
    callOff = parts.after(ceiling / 2 + (parts.random() * ceiling) / 2, () => {
      callOff = null;
      void connect(token);
    });
  }

  function drop(): void {
    attempt += 1;
    callOff?.();
    callOff = null;
    const old = socket;
    socket = null;
    old?.close();
  }

  return {
    start(): void {
      if (wanted) return;
      wanted = true;
      void connect(parts.token);
    },
    /** Ends the stream and forgets where it was: the next start is someone else's. */
    stop(): void {
      wanted = false;
      cursor = null;
      tries = 0;
      drop();
    },
    /** Lets the connection go where nobody looks, so that the server calls the phone instead; `wake` goes on where it was. */
    rest(): void {
      if (!wanted) return;
      drop();
      parts.onConnected(false);
    },
    /** Connects anew at once: the device woke up or changed its network, so the old connection may be dead unnoticed. */
    wake(): void {
      if (!wanted) return;
      tries = 0;
      drop();
      parts.onConnected(false);
      void connect(parts.token);
    },
  };
}
