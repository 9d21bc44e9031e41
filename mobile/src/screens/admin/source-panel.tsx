import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Fact } from '@/components/fact';
import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { serverAddress } from '@/services/address';
import type { WebhookSource } from '@/services/types';
import { endSecret, makeSecret } from '@/services/webhooks';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { Panel } from './panel';
import { SecretOnce } from './secret-once';

/** A source of webhooks: where it sends to, for whom, which skill serves what, and its secrets. */
export function SourcePanel({ source }: { source: WebhookSource }) {
  const styles = useStyles();
  const texts = useTexts();
  const { webhooks } = texts;
  const [asking, setAsking] = useState<string | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const events = Object.entries(source.events);
  return (
    <Panel title={source.name} control={<Button icon="key" label={webhooks.newSecret} onPress={() => setAsking('new')} />}>
      <View>
        <Fact label={webhooks.address}>
          <Text size="small" selectable>{`${serverAddress()}/webhooks/${source.name}`}</Text>
        </Fact>
        <Fact label={webhooks.owner}>
          <Text size="small">{source.owner}</Text>
        </Fact>
        {events.map(([event, skill]) => (
          <Fact key={event} label={webhooks.event}>
            <Text size="small">{`${event} → ${skill}`}</Text>
          </Fact>
        ))}
        {source.secret_of_environment && (
          <Fact label={webhooks.secret}>
            <Text size="small">WEBHOOK_SECRET</Text>
          </Fact>
        )}
        {source.secrets.map((one) => (
          <Fact key={one.id} label={webhooks.secret}>
            <View style={styles.secret}>
              <Text size="small" style={styles.grow}>
                {one.ends_at ? webhooks.endsAt(longTime(one.created_at, texts), longTime(one.ends_at, texts)) : webhooks.madeAt(longTime(one.created_at, texts))}
              </Text>
              <IconButton icon="trash-2" size={36} label={webhooks.end} onPress={() => setAsking(one.id)} />
            </View>
          </Fact>
        ))}
        {source.secrets.length === 0 && !source.secret_of_environment && (
          <Text size="small" tone="danger">
            {webhooks.noSecret}
          </Text>
        )}
      </View>
      {secret && <SecretOnce secret={secret} />}
      {asking === 'new' && (
        <Dialog
          title={webhooks.newSecret}
          lead={webhooks.newSecretLead}
          confirm={webhooks.newSecret}
          onConfirm={async () => setSecret(await makeSecret(source.name))}
          onClose={() => setAsking(null)}
        />
      )}
      {asking !== null && asking !== 'new' && (
        <Dialog title={webhooks.end} lead={webhooks.endLead(source.name)} confirm={webhooks.end} danger onConfirm={() => endSecret(asking)} onClose={() => setAsking(null)} />
      )}
    </Panel>
  );
}

const useStyles = themed((_: Palette) =>
  StyleSheet.create({
    secret: { flexDirection: 'row', alignItems: 'center', gap: space.s },
    grow: { flex: 1, minWidth: 0 },
  }),
);
