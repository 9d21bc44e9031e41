import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import type { Language } from '@/i18n/languages';

import { api, data } from './api';
import { asEvent, type StreamEvent } from './events';
import type { ApprovalState, AuditFilter, Occurrence, Page, RunEvent } from './types';

const byId = (id: string) => ({ params: { path: { id } } });
const paging = (cursor: string | null) => ({ limit: 40, ...(cursor ? { cursor } : {}) });
const pages = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page<unknown>) => page.next_cursor,
};

export const conversations = () =>
  infiniteQueryOptions({
    queryKey: ['conversations'],
    queryFn: ({ pageParam }) => data(api().GET('/v1/conversations', { params: { query: paging(pageParam) } })),
    ...pages,
  });

export const conversation = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: () => data(api().GET('/v1/conversations/{id}', byId(id))),
  });

export const messages = (conversationId: string) =>
  infiniteQueryOptions({
    queryKey: ['messages', conversationId],
    queryFn: ({ pageParam }) =>
      data(api().GET('/v1/conversations/{id}/messages', { params: { path: { id: conversationId }, query: paging(pageParam) } })),
    ...pages,
  });

/** What a file says. */
export const fileText = (id: string) =>
  queryOptions({
    queryKey: ['file-text', id],
    queryFn: () => data(api().GET('/v1/files/{id}/text', byId(id))),
    staleTime: Infinity,
    retry: false,
  });

export const run = (id: string) =>
  queryOptions({ queryKey: ['run', id], queryFn: () => data(api().GET('/v1/runs/{id}', byId(id))) });

/** What happened in a run before the event `since`; all of it where that is null. */
export const earlierEvents = (id: string, since: number | null) =>
  queryOptions({
    queryKey: ['events', id, since],
    queryFn: async () => {
      const events: StreamEvent[] = [];
      let after: number | null = 0;
      while (after !== null) {
        const page: { items: RunEvent[]; next_cursor: number | null } = await data(
          api().GET('/v1/runs/{id}/events', { params: { path: { id }, query: { after } } }),
        );
        events.push(...page.items.map(asEvent).filter((event) => event !== null));
        after = since !== null && (events.at(-1)?.cursor ?? 0) >= since ? null : page.next_cursor;
      }
      return events;
    },
    staleTime: Infinity,
    // While the stream takes the run over, what was known of it stays in sight.
    placeholderData: (known, query) => (query?.queryKey[1] === id ? known : undefined),
  });

/** What the person asked to be remembered. */
export const devices = () =>
  queryOptions({ queryKey: ['devices'], queryFn: () => data(api().GET('/v1/devices')) });

export const notificationSettings = () =>
  queryOptions({ queryKey: ['notification-settings'], queryFn: () => data(api().GET('/v1/me/notifications')) });

export const memories = () =>
  queryOptions({ queryKey: ['memories'], queryFn: () => data(api().GET('/v1/memories')) });

/** What has these words. */
export const search = (q: string) =>
  queryOptions({ queryKey: ['search', q], queryFn: () => data(api().GET('/v1/search', { params: { query: { q } } })), enabled: q.length > 1 });

export const files = () =>
  infiniteQueryOptions({
    queryKey: ['files'],
    queryFn: ({ pageParam }) => data(api().GET('/v1/files', { params: { query: paging(pageParam) } })),
    ...pages,
  });

export const file = (id: string) =>
  queryOptions({ queryKey: ['file', id], queryFn: () => data(api().GET('/v1/files/{id}', byId(id))) });

export const outbox = () =>
  infiniteQueryOptions({
    queryKey: ['outbox'],
    queryFn: ({ pageParam }) => data(api().GET('/v1/outbox', { params: { query: paging(pageParam) } })),
    ...pages,
  });

export const effect = (id: string) =>
  queryOptions({ queryKey: ['effect', id], queryFn: () => data(api().GET('/v1/outbox/{id}', byId(id))) });

export const approvals = (state: ApprovalState | null) =>
  infiniteQueryOptions({
    queryKey: ['approvals', state],
    queryFn: ({ pageParam }) =>
      data(api().GET('/v1/approvals', { params: { query: { ...paging(pageParam), ...(state ? { state } : {}) } } })),
    ...pages,
  });

export const approval = (id: string) =>
  queryOptions({ queryKey: ['approval', id], queryFn: () => data(api().GET('/v1/approvals/{id}', byId(id))) });

/** What waits for a decision: the newest hundred. */
export const waiting = () =>
  queryOptions({
    queryKey: ['approvals', 'waiting'],
    queryFn: () => data(api().GET('/v1/approvals', { params: { query: { state: 'pending', limit: 100 } } })),
  });

/** What the models took and cost in a month, `2026-11`. */
export const usage = (period: string) =>
  queryOptions({
    queryKey: ['usage', period],
    queryFn: () => data(api().GET('/v1/admin/usage', { params: { query: { period } } })),
  });

export const budgets = () => queryOptions({ queryKey: ['budgets'], queryFn: () => data(api().GET('/v1/admin/budgets')) });

/** Who did what, newest first. */
export const audit = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: async ({ pageParam }) => {
      const page = await data(api().GET('/v1/admin/audit', { params: { query: { ...paging(pageParam), ...filter } } }));
      return { ...page, items: page.items.map((entry) => ({ ...entry, id: String(entry.number) })) };
    },
    ...pages,
  });

/** Where the person is signed in. */
export const sessions = () => queryOptions({ queryKey: ['sessions'], queryFn: () => data(api().GET('/v1/me/sessions')) });

export const secondFactor = () =>
  queryOptions({ queryKey: ['second-factor'], queryFn: () => data(api().GET('/v1/me/second-factor')) });

/** Who can sign in; those whose name, title or address has these words. */
export const people = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['people', q],
    queryFn: ({ pageParam }) => data(api().GET('/v1/admin/people', { params: { query: { ...paging(pageParam), ...(q ? { q } : {}) } } })),
    ...pages,
  });

/** Who sends webhooks. */
export const sources = () =>
  queryOptions({ queryKey: ['webhooks', 'sources'], queryFn: () => data(api().GET('/v1/admin/sources')) });

/** What was delivered, newest first. */
export const deliveries = () =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'deliveries'],
    queryFn: ({ pageParam }) => data(api().GET('/v1/admin/deliveries', { params: { query: paging(pageParam) } })),
    refetchInterval: 10_000,
    ...pages,
  });

/** Who is told by webhooks of ours. */
export const endpoints = () =>
  queryOptions({ queryKey: ['webhooks', 'endpoints'], queryFn: () => data(api().GET('/v1/admin/endpoints')), refetchInterval: 10_000 });

/** What they were told, newest first. */
export const sendings = () =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'sendings'],
    queryFn: ({ pageParam }) => data(api().GET('/v1/admin/sendings', { params: { query: paging(pageParam) } })),
    refetchInterval: 10_000,
    ...pages,
  });

/** The account that posts in Teams. */
export const serviceAccount = () =>
  queryOptions({ queryKey: ['service-account'], queryFn: () => data(api().GET('/v1/admin/microsoft/service-account')) });

/** The documents of the knowledge base, newest first. */
export const knowledge = () =>
  infiniteQueryOptions({
    queryKey: ['knowledge'],
    queryFn: ({ pageParam }) => data(api().GET('/v1/admin/knowledge', { params: { query: paging(pageParam) } })),
    ...pages,
  });

export const roles = () => queryOptions({ queryKey: ['roles'], queryFn: () => data(api().GET('/v1/admin/roles')) });

export const standing = () =>
  queryOptions({ queryKey: ['standing'], queryFn: () => data(api().GET('/v1/standing-approvals', { params: { query: { limit: 100 } } })) });

/** The same, all of them. */
export const scheduleList = (language: Language) =>
  infiniteQueryOptions({
    queryKey: ['schedules', 'list', language],
    queryFn: ({ pageParam }) => data(api().GET('/v1/schedules', { params: { query: paging(pageParam) } })),
    refetchInterval: ({ state }) => oftener(state.data?.pages.flatMap((page) => page.items.map(({ last }) => last))),
    ...pages,
  });

export const schedule = (id: string, language: Language) =>
  queryOptions({ queryKey: ['schedules', 'one', id, language], queryFn: () => data(api().GET('/v1/schedules/{id}', byId(id))) });

/** The times of a schedule and what became of them, the newest first. */
export const occurrences = (id: string, language: Language) =>
  infiniteQueryOptions({
    queryKey: ['schedules', 'occurrences', id, language],
    queryFn: async ({ pageParam }) => {
      const page = await data(api().GET('/v1/schedules/{id}/occurrences', { params: { path: { id }, query: paging(pageParam) } }));
      return { ...page, items: page.items.map((occurrence) => ({ ...occurrence, id: `${occurrence.due_at} ${occurrence.run_id}` })) };
    },
    refetchInterval: ({ state }) => oftener(state.data?.pages.flatMap((page) => page.items)),
    ...pages,
  });

/** How soon to look again: soon while a run is at work, and not while it waits for the person. */
const oftener = (known: (Occurrence | null)[] = []) => (known.some((one) => one?.state === 'running' && !one.explanation) ? 2_000 : 30_000);

/** What the person may ask for. The server answers in the language of their account, so that is part of the key. */
export const skills = (language: Language) =>
  queryOptions({
    queryKey: ['skills', language],
    queryFn: () => data(api().GET('/v1/skills')),
    staleTime: 5 * 60_000,
  });
