import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react-native';
import type { ReactElement } from 'react';

import type { Permission, Person } from '@/services/types';

/** Shows a part of the app, with a memory of its own for what the server says. */
export function show(part: ReactElement) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, gcTime: Infinity } } });
  render(<QueryClientProvider client={client}>{part}</QueryClientProvider>);
}

/** Someone whose role allows this. */
export const personWho = (...permissions: Permission[]): Person => ({
  id: 'p',
  email: 'ada@m.example',
  name: 'Ada',
  title: '',
  role: 'a_role',
  department: 'management',
  language: 'en',
  permissions,
});

/** An answer of the server. */
export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
