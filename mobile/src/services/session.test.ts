import { createSession, type RefreshKeeper } from './session';
import type { Person } from './types';

const person: Person = { id: 'p', email: 'a@b.example', name: 'Ana', title: '', role: 'finance_manager', department: 'finance', language: 'en', permissions: ['chat'] };

function server() {
  const kept = { token: 'r0' as string | null, device: null as string | null };
  const log: string[] = [];
  const state = { now: 0, knownAs: [] as (string | undefined)[], valid: 'none', made: 0, refreshStatus: 200, offline: false, shown: [] as (Person | null)[] };
  const keeper: RefreshKeeper = {
    read: async () => kept.token,
    write: async (token) => void (kept.token = token),
    clear: async () => void (kept.token = null),
    device: async () => kept.device,
    keepDevice: async (token) => void (kept.device = token),
    exclusive: (task) => task(),
  };
  const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  const begin = () => {
    state.made += 1;
    state.valid = `a${state.made}`;
    return answer(200, { access_token: state.valid, refresh_token: `r${state.made}`, device_token: `d${state.made}`, token_type: 'Bearer', expires_in: 900, person });
  };
  const fetch = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    log.push(path);
    await Promise.resolve();
    if (state.offline) throw new TypeError('no network');
    if (path === '/v1/auth/login') {
      const { password, device_token } = (await request.json()) as { password: string; device_token?: string };
      state.knownAs.push(device_token);
      return password === 'right' ? begin() : answer(401, { detail: 'The email or the password is wrong.' });
    }
    if (path === '/v1/auth/refresh') {
      const { refresh_token } = (await request.json()) as { refresh_token: string };
      if (refresh_token !== kept.token) return answer(401, { detail: 'used twice' });
      return state.refreshStatus === 200 ? begin() : answer(state.refreshStatus, { detail: 'no' });
    }
    if (request.headers.get('Authorization') !== `Bearer ${state.valid}`) return answer(401, { detail: 'expired' });
    return answer(200, { got: request.method === 'POST' ? await request.json() : path });
  };
  const session = createSession({ fetch, address: () => 'https://assistant.test', keeper, now: () => state.now, onChange: (p) => state.shown.push(p) });
  const ask = (path: string) => session.fetch(new Request(`https://assistant.test${path}`));
  const refreshes = () => log.filter((path) => path === '/v1/auth/refresh').length;
  return { session, state, kept, ask, refreshes };
}

it('refreshes once for many requests that are made at the same time', async () => {
  const t = server();
  const answers = await Promise.all(['/v1/me', '/v1/files', '/v1/outbox', '/v1/skills'].map(t.ask));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  expect(t.refreshes()).toBe(1);
  expect(t.kept.token).toBe('r1');
});

it('renews a refused token once and repeats the requests with their bodies', async () => {
  const t = server();
  await t.session.renew();
  t.state.valid = 'revoked meanwhile';
  const post = () => t.session.fetch(new Request('https://assistant.test/v1/x', { method: 'POST', body: JSON.stringify({ text: '你好' }) }));
  const [one, two] = await Promise.all([post(), post()]);
  expect(await one.json()).toEqual({ got: { text: '你好' } });
  expect(two.status).toBe(200);
  expect(t.refreshes()).toBe(2);
});

it('is known again at the next sign-in here, also after signing out', async () => {
  const t = server();
  await t.session.signIn('a@b.example', 'right');
  await t.session.signOut();
  await t.session.signIn('a@b.example', 'right');
  expect(t.state.knownAs).toEqual([undefined, 'd1']);
  expect(t.kept.device).toBe('d2');
});

it('renews shortly before the token ends', async () => {
  const t = server();
  await t.ask('/v1/me');
  t.state.now = 850_000;
  await t.ask('/v1/me');
  expect(t.refreshes()).toBe(1);
  t.state.now = 860_000;
  await t.ask('/v1/me');
  expect(t.refreshes()).toBe(2);
});

it('ends the session when the refresh token is refused', async () => {
  const t = server();
  t.state.refreshStatus = 401;
  await expect(t.ask('/v1/me')).rejects.toMatchObject({ status: 401 });
  expect(t.kept.token).toBeNull();
  expect(t.state.shown).toEqual([null]);
});

it('keeps the session when the server can not be reached or fails', async () => {
  const t = server();
  t.state.offline = true;
  await expect(t.session.renew()).rejects.toMatchObject({ status: 0 });
  t.state.offline = false;
  t.state.refreshStatus = 503;
  await expect(t.session.renew()).rejects.toMatchObject({ status: 503 });
  expect(t.kept.token).toBe('r0');
  expect(t.state.shown).toEqual([]);
});

it('shows the reason of the server when the password is wrong', async () => {
  const t = server();
  await expect(t.session.signIn('a@b.example', 'wrong')).rejects.toMatchObject({ status: 401, detail: 'The email or the password is wrong.' });
  await t.session.signIn('a@b.example', 'right');
  expect(t.state.shown).toEqual([person]);
});
