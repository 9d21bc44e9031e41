import Constants from 'expo-constants';
import * as Notifications from 'expo-notifications';
import { useEffect } from 'react';
import { Platform } from 'react-native';

import { notificationPlace } from './notification-place';

/** What a phone answers when it is asked for its push token. */
export type PhoneToken = { token: string } | 'denied' | 'unready';

/** Whether this device can be told anything while the app is closed. */
export const canPush = true;

/** How the server calls the system of this phone. */
export const platform = Platform.OS === 'ios' ? 'ios' : 'android';

/** The project that Expo knows this build by. */
function project(): string | undefined {
  const extra = Constants.expoConfig?.extra as { eas?: { projectId?: string } } | undefined;
  return extra?.eas?.projectId ?? Constants.easConfig?.projectId;
}

/** The token that Expo gives this phone. The system asks the person for permission only where `ask` says so. */
export async function phoneToken(ask: boolean): Promise<PhoneToken> {
  const projectId = project();
  if (!projectId) return 'unready';
  // Android asks for permission only once there is a channel.
  if (Platform.OS === 'android') {
    await Notifications.setNotificationChannelAsync('default', { name: 'Mezzofy', importance: Notifications.AndroidImportance.HIGH });
  }
  const { granted } = ask ? await Notifications.requestPermissionsAsync() : await Notifications.getPermissionsAsync();
  if (!granted) return 'denied';
  const { data } = await Notifications.getExpoPushTokenAsync({ projectId });
  return { token: data };
}

/** Opens the page of a notification that was tapped, also where that has started the app. */
export function useTapped(open: (place: NonNullable<ReturnType<typeof notificationPlace>>) => void): void {
  const tapped = Notifications.useLastNotificationResponse();
  useEffect(() => {
    if (tapped?.actionIdentifier !== Notifications.DEFAULT_ACTION_IDENTIFIER) return;
    Notifications.clearLastNotificationResponse();
    const place = notificationPlace(tapped.notification.request.content.data);
    if (place) open(place);
    // Only a new tap opens something.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tapped]);
}
