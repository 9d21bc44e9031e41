import { useRouter } from 'expo-router';
import { useCallback } from 'react';

import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';
import { saveFile } from '@/services/save-file';
import type { StoredFile } from '@/services/types';
import { useLive } from '@/stores/live';

/** What can be done with a file wherever it is shown. */
export function useFileActions() {
  const router = useRouter();
  const { states } = useTexts();
  const tell = useLive((s) => s.tell);

  const open = useCallback((file: StoredFile) => router.navigate(`/files/${file.id}`), [router]);
  const download = useCallback(
    async (file: StoredFile) => {
      try {
        await saveFile(file);
      } catch (error) {
        const problem = asProblem(error);
        tell(problem.isOffline ? states.offline : problem.detail || states.serverLead);
      }
    },
    [states, tell],
  );
  return { open, download };
}
