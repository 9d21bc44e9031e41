import { useState } from 'react';
import { View } from 'react-native';

import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Switch } from '@/components/switch';
import { useTexts } from '@/i18n/texts';
import type { Endpoint, NewEndpoint } from '@/services/types';

/** What an endpoint can be told of. */
export const events = ['run.ended', 'run.waiting', 'approval.requested', 'approval.decided', 'effect.ended'] as const;

interface EndpointDialogProps {
  /** The one that is changed; none for a new one. */
  endpoint?: Endpoint;
  onSave: (endpoint: NewEndpoint) => Promise<void>;
  onClose: () => void;
}

/** Adds an endpoint, or changes one. */
export function EndpointDialog({ endpoint, onSave, onClose }: EndpointDialogProps) {
  const { webhooks, actions } = useTexts();
  const [name, setName] = useState(endpoint?.name ?? '');
  const [url, setUrl] = useState(endpoint?.url ?? 'https://');
  const [told, setTold] = useState<string[]>(endpoint?.events ?? ['run.ended']);
  const whole = name.trim() !== '' && /^https?:\/\/./.test(url.trim()) && told.length > 0;
  return (
    <Dialog
      title={endpoint ? webhooks.changeEndpoint : webhooks.addEndpoint}
      lead={webhooks.endpointLead}
      confirm={actions.save}
      disabled={!whole}
      onConfirm={() => onSave({ name: name.trim(), url: url.trim(), events: told })}
      onClose={onClose}
    >
      <Field label={webhooks.name} value={name} onChangeText={setName} autoFocus />
      <Field label={webhooks.address} value={url} onChangeText={setUrl} autoCapitalize="none" autoCorrect={false} inputMode="url" />
      <View role="group" aria-label={webhooks.told}>
        {events.map((event) => (
          <Switch
            key={event}
            label={webhooks.tells[event]}
            hint={event}
            on={told.includes(event)}
            onChange={(on) => setTold(on ? [...told, event] : told.filter((other) => other !== event))}
          />
        ))}
      </View>
    </Dialog>
  );
}
