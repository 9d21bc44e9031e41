import { fetchToPhone } from './save-file';
import type { StoredFile } from './types';

/** A picture that can be shown, until it is released. */
export interface HeldImage {
  source: { uri: string };
  release: () => void;
}

export async function imageSource(file: StoredFile): Promise<HeldImage> {
  return { source: { uri: await fetchToPhone(file) }, release: () => undefined };
}
