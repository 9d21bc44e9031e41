import { useEffect } from 'react';
import { AppState, Platform } from 'react-native';

import { useLive } from '@/stores/live';
import { useMe } from '@/stores/me';
import { ended } from '@/stores/story';

import { streamAddress } from './address';
import { session } from './auth';
import { resendUnanswered, showMessage } from './conversations';
import type { StreamEvent } from './events';
import { onOnline } from './online';
import { queryClient } from './query-client';
import { createStream, type Socket } from './stream';

function refresh(...keys: string[][]): void {
  for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
}

function receive(event: StreamEvent): void {
  const knew = event.run_id ? useLive.getState().runs[event.run_id] : undefined;
  if (event.kind === 'message.done') showMessage(event.data.message);
  useLive.getState().apply(event);

  switch (event.kind) {
    case 'message.done':
      refresh(['conversations']);
      break;
    case 'run.state':
      if (!knew && event.conversation_id) refresh(['messages', event.conversation_id], ['conversations']);
      if (event.run_id) refresh(['run', event.run_id]);
      if (ended(event.data.state) && event.conversation_id) {
        // A list that was asked for before the answer was stored may arrive after it and must not have the last word.
        refresh(['messages', event.conversation_id], ['conversation', event.conversation_id], ['conversations'], ['files'], ['outbox'], ['effect']);
      }
      break;
    case 'approval.requested':
    case 'approval.decided':
      refresh(['approvals'], ['approval'], ['outbox'], ['effect']);
      break;
    case 'tool.done':
      refresh(['outbox'], ['effect']);
      break;
    case 'notice':
      if (!event.run_id) useLive.getState().tell(event.data.text);
      else refresh(['outbox'], ['effect']);
      break;
    case 'file.ready':
      refresh(['files']);
      break;
    default:
      break;
  }
}

const stream = createStream({
  open: () => new WebSocket(streamAddress()) as unknown as Socket,
  token: session.token,
  renew: session.renew,
  onEvent: receive,
  onConnected: (connected) => {
    useLive.getState().setConnected(connected);
    if (connected) resendUnanswered();
  },
  onGap: () => void queryClient.invalidateQueries(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
});

/** Follows the event stream while someone is signed in. */
export function useLiveUpdates(): void {
  const personId = useMe((s) => s.person?.id);

  useEffect(() => {
    if (!personId) return;
    stream.start();
    let away = 0;
    let resting = false;
    const app = AppState.addEventListener('change', (state) => {
      if (state === 'background' && Platform.OS !== 'web') {
        resting = true;
        stream.rest();
      } else if (state !== 'active') away = Date.now();
      else if (resting || (away && Date.now() - away > 30_000)) {
        resting = false;
        stream.wake();
      }
    });
    const offOnline = onOnline(stream.wake);
    return () => {
      app.remove();
      offOnline();
      stream.stop();
      useLive.getState().reset();
      queryClient.clear();
    };
  }, [personId]);
}
