import { useState } from 'react';

import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';
import { useLive } from '@/stores/live';

/** Saving a table as a file: whether it is being saved, and the way to do it, which says what went wrong. */
export function useDownload(save: () => Promise<unknown>) {
  const { states } = useTexts();
  const tell = useLive((s) => s.tell);
  const [saving, setSaving] = useState(false);
  const download = async () => {
    setSaving(true);
    try {
      await save();
    } catch (error) {
      const problem = asProblem(error);
      tell(problem.isOffline ? states.offline : problem.detail || states.serverLead);
    }
    setSaving(false);
  };
  return { saving, download };
}
