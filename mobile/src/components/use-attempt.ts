import { useState } from 'react';

import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';

/** Something that the server may refuse: whether it is being done, the way to do it, and why it was refused. */
export function useAttempt(act: () => Promise<unknown>) {
  const { states } = useTexts();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const attempt = async () => {
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      await act();
    } catch (error) {
      const problem = asProblem(error);
      setRefusal(problem.isOffline ? states.offlineLead : problem.detail || states.serverLead);
    }
    setBusy(false);
  };
  return { busy, refusal, attempt };
}
