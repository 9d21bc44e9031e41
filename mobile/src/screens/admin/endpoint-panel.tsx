import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Fact } from '@/components/fact';
import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { Endpoint } from '@/services/types';
import { changeEndpoint, removeEndpoint, renewSecret, testEndpoint } from '@/services/webhooks';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { EndpointDialog } from './endpoint-dialog';
import { Panel } from './panel';
import { SecretOnce } from './secret-once';

/** Another system that is told what happens: where, of what, and whether it is told at the moment. */
export function EndpointPanel({ endpoint }: { endpoint: Endpoint }) {
  const styles = useStyles();
  const texts = useTexts();
  const { webhooks } = texts;
  const [asking, setAsking] = useState<'change' | 'secret' | 'remove' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [tested, setTested] = useState(false);
  const paused = endpoint.paused_reason !== null;
  const close = () => setAsking(null);
  return (
    <Panel title={endpoint.name}>
      <View>
        <Fact label={webhooks.address}>
          <Text size="small" selectable>
            {endpoint.url}
          </Text>
        </Fact>
        <Fact label={webhooks.told}>
          <Text size="small">{endpoint.events.join(', ')}</Text>
        </Fact>
        <Fact label={webhooks.since}>
          <Text size="small">{longTime(endpoint.created_at, texts)}</Text>
        </Fact>
        {endpoint.paused_reason && (
          <Text size="small" tone="danger">
            {webhooks.pausedBecause(endpoint.paused_reason)}
          </Text>
        )}
      </View>
      {secret && <SecretOnce secret={secret} />}
      <View style={styles.tools}>
        <Button
          icon="send"
          label={webhooks.test}
          onPress={() => {
            setTested(true);
            void testEndpoint(endpoint.id);
          }}
        />
        <Button icon="edit-2" label={webhooks.change} onPress={() => setAsking('change')} />
        <Button icon="key" label={webhooks.newSecret} onPress={() => setAsking('secret')} />
        <Button icon={paused ? 'play' : 'pause'} label={paused ? webhooks.resume : webhooks.pause} onPress={() => void changeEndpoint(endpoint.id, { paused: !paused })} />
        <Button icon="trash-2" label={webhooks.removeEndpoint} onPress={() => setAsking('remove')} />
      </View>
      {tested && (
        <Text size="small" tone="soft" role="status">
          {webhooks.testSent}
        </Text>
      )}
      {asking === 'change' && <EndpointDialog endpoint={endpoint} onSave={(changed) => changeEndpoint(endpoint.id, changed)} onClose={close} />}
      {asking === 'secret' && (
        <Dialog
          title={webhooks.newSecret}
          lead={webhooks.renewLead}
          confirm={webhooks.newSecret}
          onConfirm={async () => setSecret(await renewSecret(endpoint.id))}
          onClose={close}
        />
      )}
      {asking === 'remove' && (
        <Dialog title={webhooks.removeEndpoint} lead={webhooks.removeEndpointLead(endpoint.name)} confirm={webhooks.removeEndpoint} danger onConfirm={() => removeEndpoint(endpoint.id)} onClose={close} />
      )}
    </Panel>
  );
}

const useStyles = themed((_: Palette) => StyleSheet.create({ tools: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s } }));
