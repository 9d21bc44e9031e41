import { Stack } from 'expo-router';
import { useWide } from '@/theme/theme';

/** The pages of one place of the app: on a phone they slide over each other. */
export function Section() {
  const wide = useWide();
  return <Stack initialRouteName="index" screenOptions={{ headerShown: false, animation: wide ? 'none' : 'default' }} />;
}
