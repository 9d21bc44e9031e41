import { useRouter } from 'expo-router';
import { useEffect } from 'react';

import type { Language } from '@/i18n/languages';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';

import { api, data } from './api';
import { canPush, phoneToken, platform, useTapped } from './push';
import { queryClient } from './query-client';
import type { Device, NotificationSettings } from './types';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['devices'] });

async function register(language: Language, ask: boolean): Promise<'on' | 'denied' | 'unready'> {
  const phone = await phoneToken(ask);
  if (typeof phone === 'string') return phone;
  await data(api().POST('/v1/devices', { body: { token: phone.token, platform, language } }));
  await refresh();
  return 'on';
}

/** Lets this phone be told, for the person who is signed in; the system asks them first. */
export async function switchOn(personId: string, language: Language): Promise<'on' | 'denied' | 'unready'> {
  const state = await register(language, true);
  if (state === 'on') usePreferences.getState().choose({ toldFor: personId });
  return state;
}

/** Lets this phone be told nothing more. */
export async function switchOff(devices: Device[]): Promise<void> {
  usePreferences.getState().choose({ toldFor: '' });
  for (const { id } of devices.filter(({ current }) => current)) await removeDevice(id);
}

/** Lets a phone of the person be told nothing more. */
export async function removeDevice(id: string): Promise<void> {
  await data(api().DELETE('/v1/devices/{id}', { params: { path: { id } } }));
  await refresh();
}

/** Changes what the person is told of, on all their phones. */
export async function tell(change: Partial<NotificationSettings>): Promise<void> {
  const settings = await data(api().PATCH('/v1/me/notifications', { body: change }));
  queryClient.setQueryData(['notification-settings'], settings);
}

/** Registers this phone at each start, for the person who has switched it on here, and opens what a notification is about. */
export function useNotifications(): void {
  const router = useRouter();
  const personId = useMe((s) => s.person?.id);
  const language = usePreferences((s) => s.language);
  const mine = usePreferences((s) => s.toldFor !== '' && s.toldFor === personId);
  useTapped((place) => router.navigate(place));
  useEffect(() => {
    // Without a connection the next start does it: the server keeps what it knows.
    if (canPush && mine) register(language, false).catch(() => undefined);
  }, [mine, language]);
}
