import { fileContent } from './api';
import type { StoredFile } from './types';

/** Saves a file where the browser keeps downloads. */
export async function saveFile(file: StoredFile): Promise<void> {
  const blob = await (await fileContent(file.id)).blob();
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
