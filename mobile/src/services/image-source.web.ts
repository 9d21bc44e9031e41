import { content, contentPath } from './api';
import type { HeldImage } from './image-source';
import type { StoredFile } from './types';

export async function imageSource(file: StoredFile): Promise<HeldImage> {
  const uri = URL.createObjectURL(await (await content(contentPath(file.id))).blob());
  return { source: { uri }, release: () => URL.revokeObjectURL(uri) };
}
