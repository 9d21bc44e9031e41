import type { StreamEvent } from './events';
import { createStream, type Socket } from './stream';

class FakeSocket implements Socket {
  sent: string[] = [];
  closed = false;
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  event(cursor: number, text = String(cursor)) {
    const data = JSON.stringify({ type: 'event', cursor, run_id: 'r', conversation_id: 'c', kind: 'run.progress', data: { text } });
    this.onmessage?.({ data });
  }
}

function start() {
  const sockets: FakeSocket[] = [];
  const timers: { ms: number; task: () => void }[] = [];
  const seen = {
    cursors: [] as number[],
    connected: [] as boolean[],
    gaps: 0,
    renewed: 0,
    token: (() => Promise.resolve('first')) as () => Promise<string | null>,
  };
  const stream = createStream({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    token: () => seen.token(),
    renew: () => Promise.resolve(`renewed ${(seen.renewed += 1)}`),
    onEvent: (event: StreamEvent) => seen.cursors.push(event.cursor),
    onConnected: (connected) => seen.connected.push(connected),
    onGap: () => (seen.gaps += 1),
    after: (ms, task) => {
      const timer = { ms, task };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
    random: () => 1,
  });
  const settle = () => new Promise<void>((done) => setImmediate(done));
  const socket = () => sockets.at(-1)!;
  const hello = () => JSON.parse(socket().sent[0]!) as Record<string, unknown>;
  const elapse = async () => {
    timers.shift()?.task();
    await settle();
  };
  stream.start();
  return { stream, sockets, timers, seen, settle, socket, hello, elapse };
}

it('resumes after the last event and gives no event on twice', async () => {
  const t = start();
  await t.settle();
  t.socket().onopen?.();
  expect(t.hello()).toEqual({ type: 'hello', token: 'first' });
  t.socket().event(7);
  t.socket().event(8);
  t.socket().onclose?.({ code: 1006 });
  await t.elapse();
  t.socket().onopen?.();
  expect(t.hello()).toEqual({ type: 'hello', token: 'first', after: 8 });
  t.socket().event(8);
  t.socket().event(9);
  expect(t.seen.cursors).toEqual([7, 8, 9]);
});

it('has everything fetched again only while it does not know where it was', async () => {
  const t = start();
  await t.settle();
  t.socket().onopen?.();
  expect(t.seen.gaps).toBe(1);
  t.socket().onclose?.({});
  await t.elapse();
  t.socket().onopen?.();
  expect(t.seen.gaps).toBe(2);
  t.socket().event(3);
  t.socket().onclose?.({});
  await t.elapse();
  t.socket().onopen?.();
  expect(t.seen.gaps).toBe(2);
});

it('waits longer after each failure, and starts over once it has heard something', async () => {
  const t = start();
  await t.settle();
  const waits: number[] = [];
  for (let at = 0; at < 8; at += 1) {
    t.socket().onclose?.({});
    waits.push(t.timers[0]!.ms);
    await t.elapse();
  }
  expect(waits).toEqual([400, 800, 1600, 3200, 6400, 12800, 20000, 20000]);
  t.socket().onopen?.();
  t.socket().event(1);
  t.socket().onclose?.({});
  expect(t.timers[0]!.ms).toBe(400);
});

it('fetches a new token when the server refuses the old one', async () => {
  const t = start();
  await t.settle();
  t.socket().onopen?.();
  t.socket().onclose?.({ code: 4401 });
  await t.elapse();
  t.socket().onopen?.();
  expect(t.hello()).toMatchObject({ token: 'renewed 1' });
});

it('ignores what an old connection still says after waking up', async () => {
  const t = start();
  await t.settle();
  t.socket().onopen?.();
  t.socket().event(1);
  const old = t.socket();
  t.stream.wake();
  await t.settle();
  t.socket().onopen?.();
  old.event(2);
  t.socket().event(2);
  old.onclose?.({});
  expect(old.closed).toBe(true);
  expect(t.seen.cursors).toEqual([1, 2]);
  expect(t.timers).toHaveLength(0);
});

it('tries again when no token could be had, and not at all when the session is over', async () => {
  const t = start();
  t.seen.token = () => Promise.resolve(null);
  await t.settle();
  t.socket().onclose?.({});
  t.seen.token = () => Promise.reject(new Error('offline'));
  await t.elapse();
  expect(t.timers).toHaveLength(1);
  t.seen.token = () => Promise.resolve(null);
  await t.elapse();
  expect(t.timers).toHaveLength(0);
  expect(t.sockets).toHaveLength(1);
});

it('begins anew after it was stopped: the next person has other events', async () => {
  const t = start();
  await t.settle();
  t.socket().onopen?.();
  t.socket().event(40);
  t.stream.stop();
  t.stream.start();
  await t.settle();
  t.socket().onopen?.();
  expect(t.hello()).toEqual({ type: 'hello', token: 'first' });
  t.socket().event(5);
  expect(t.seen.cursors).toEqual([40, 5]);
});

it('lets the connection go while nobody looks, and goes on where it was', async () => {
  const t = start();
  await t.settle();
  t.socket().onopen?.();
  t.socket().event(5);
  const old = t.socket();
  t.stream.rest();
  old.onclose?.({});
  await t.settle();
  expect([old.closed, t.sockets.length, t.timers.length, t.seen.connected.at(-1)]).toEqual([true, 1, 0, false]);
  t.stream.wake();
  await t.settle();
  t.socket().onopen?.();
  expect(t.hello()).toMatchObject({ after: 5 });
});
