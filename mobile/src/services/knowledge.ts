import * as DocumentPicker from 'expo-document-picker';

import { api, data } from './api';
import { queryClient } from './query-client';
import type { KnowledgeDocument } from './types';
import { send, type Picked } from './uploads';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['knowledge'] });

/** Lets the person choose a document; null when they think better of it. */
export async function pickDocument(): Promise<Picked | null> {
  const picked = await DocumentPicker.getDocumentAsync({ copyToCacheDirectory: true });
  return picked.canceled ? null : (picked.assets[0] ?? null);
}

/** Adds a document to the knowledge base, for one department's people or for everybody (the empty text). */
export async function addDocument(document: Picked, department: string): Promise<void> {
  await send<KnowledgeDocument>('/v1/admin/knowledge', document, { department });
  await refresh();
}

/** Removes a document that was added here. */
export async function removeDocument(id: string): Promise<void> {
  await data(api().DELETE('/v1/admin/knowledge/{id}', { params: { path: { id } } }));
  await refresh();
}
