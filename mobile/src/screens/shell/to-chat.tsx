import { Redirect } from 'expo-router';

export function ToChat() {
  return <Redirect href="/chat" />;
}
