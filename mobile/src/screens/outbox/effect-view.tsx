import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'expo-router';
import { ScrollView, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Fact } from '@/components/fact';
import { FileCard } from '@/components/file-card';
import { Text } from '@/components/text';
import { eventTime, longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { useFileActions } from '@/screens/files/file-actions';
import { shownTo, titleOf } from '@/services/payload';
import * as queries from '@/services/queries';
import type { Effect } from '@/services/types';
import { themed } from '@/theme/theme';
import { radius, space, width, type Palette } from '@/theme/tokens';

import { EffectStateChip } from './effect-state';
import { Held } from './held';
import { Settle } from './settle';

/** Exactly what was sent, to whom, and how it went. */
export function EffectView({ effect }: { effect: Effect }) {
  const styles = useStyles();
  const texts = useTexts();
  const router = useRouter();
  const { open, download } = useFileActions();
  const conversationId = useQuery({ ...queries.run(effect.run_id ?? ''), enabled: effect.run_id !== null }).data?.conversation_id;
  const words = texts.outbox;

  return (
    <ScrollView role="main" contentContainerStyle={styles.content}>
      <View style={styles.column}>
        <View style={styles.head}>
          <Text size="title" role="heading" aria-level={1} selectable>
            {titleOf(effect, words.noSubject)}
          </Text>
          <View style={styles.state}>
            <EffectStateChip state={effect.state} />
            <Text size="small" tone="soft" style={styles.grow}>
              {effect.error || (effect.state === 'done' && effect.verdict === 'arrived' ? words.confirmed : words.leads[effect.state])}
            </Text>
          </View>
          <Held effect={effect} />
          <Settle effect={effect} />
        </View>

        <View style={styles.facts}>
          {effect.when && (
            <Fact label={words.when}>
              <Text size="small">{eventTime(effect.when, texts)}</Text>
            </Fact>
          )}
          {effect.to.length > 0 && (
            <Fact label={effect.when ? words.invited : words.to}>
              <View style={styles.chips}>
                {effect.to.map((address) => (
                  <Chip key={address} label={shownTo(address)} />
                ))}
              </View>
            </Fact>
          )}
          {effect.cc.length > 0 && (
            <Fact label={words.cc}>
              <View style={styles.chips}>
                {effect.cc.map((address) => (
                  <Chip key={address} label={address} />
                ))}
              </View>
            </Fact>
          )}
          <Fact label={effect.done_at ? words.at : words.created}>
            <Text size="small">{longTime(effect.done_at ?? effect.created_at, texts)}</Text>
          </Fact>
        </View>

        {(effect.body !== '' || effect.when?.online) && (
          <View style={styles.letter}>
            {effect.body !== '' && <Text selectable>{effect.body}</Text>}
            {effect.when?.online && (
              <Text size="small" tone="soft">
                {words.online}
              </Text>
            )}
          </View>
        )}

        {effect.attachments.length > 0 && (
          <View style={styles.files}>
            <Text size="strong">{words.attachments(effect.attachments.length)}</Text>
            {effect.attachments.map((file) => (
              <FileCard key={file.id} file={file} onOpen={() => open(file)} onDownload={() => void download(file)} />
            ))}
          </View>
        )}

        <View style={styles.foot}>
          {conversationId && (
            <Button icon="message-circle" label={words.conversation} onPress={() => router.navigate(`/chat/${conversationId}`)} />
          )}
          <View style={styles.proof}>
            <Text size="caption" tone="faint">
              {words.fingerprintLead}
            </Text>
            <Text size="caption" tone="faint" code selectable aria-label={`${words.fingerprint} ${effect.payload_hash}`}>
              {effect.payload_hash.match(/.{1,8}/g)?.join(' ')}
            </Text>
          </View>
        </View>
      </View>
    </ScrollView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    content: { alignItems: 'center', paddingHorizontal: space.l, paddingVertical: space.xl },
    column: { width: '100%', maxWidth: width.reading, gap: space.xl },
    head: { gap: space.m },
    state: { flexDirection: 'row', alignItems: 'center', gap: space.m },
    grow: { flex: 1, minWidth: 0 },
    facts: { gap: space.s },
    chips: { flexDirection: 'row', flexWrap: 'wrap', gap: 6 },
    letter: { padding: space.xl, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    files: { gap: space.s },
    proof: { maxWidth: '100%' },
    foot: { alignItems: 'flex-start', gap: space.l, paddingTop: space.l, borderTopWidth: 1, borderTopColor: c.line },
  }),
);
