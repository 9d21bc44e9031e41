import { useRouter } from 'expo-router';
import { useState } from 'react';

import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';
import * as queries from '@/services/queries';
import { queryClient } from '@/services/query-client';
import { useLive } from '@/stores/live';

/** Leads to the conversation of a run, which is asked for only then. */
export function useOpenRun() {
  const router = useRouter();
  const { states } = useTexts();
  const tell = useLive((s) => s.tell);
  const [opening, setOpening] = useState(false);
  const open = async (runId: string) => {
    setOpening(true);
    try {
      const { conversation_id } = await queryClient.fetchQuery(queries.run(runId));
      router.navigate(`/chat/${conversation_id}`);
    } catch (error) {
      const problem = asProblem(error);
      tell(problem.isOffline ? states.offline : problem.detail || states.serverLead);
    }
    setOpening(false);
  };
  return { opening, open };
}
