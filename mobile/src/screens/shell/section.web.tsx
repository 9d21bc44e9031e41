import { Slot } from 'expo-router';

/** The pages of one place of the app: in a browser one at a time, its own history leads back. */
export function Section() {
  return <Slot />;
}
