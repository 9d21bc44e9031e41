import { Linking, Platform } from 'react-native';

import { api, data } from './api';
import { queryClient } from './query-client';

/** Sends the browser to Microsoft, where the account that posts in Teams is signed in; it comes back to the app. */
export async function signInAccount(): Promise<void> {
  const { authorize_url } = await data(api().POST('/v1/admin/microsoft/service-account'));
  if (Platform.OS === 'web') window.location.assign(authorize_url);
  else await Linking.openURL(authorize_url);
}

/** Forgets the account. */
export async function signOutAccount(): Promise<void> {
  await data(api().DELETE('/v1/admin/microsoft/service-account'));
  await queryClient.invalidateQueries({ queryKey: ['service-account'] });
}
