import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { forget, remember } from '@/services/memories';
import { memories } from '@/services/queries';
import type { Memory as Fact } from '@/services/types';
import { space } from '@/theme/tokens';

import { Group } from './group';

/** The facts that the person asked to be remembered. */
export function Memory() {
  const { memory: words, actions } = useTexts();
  const facts = useQuery(memories()).data?.items ?? [];
  const [asking, setAsking] = useState<Fact | 'new' | null>(null);
  return (
    <Group title={words.title} lead={words.lead}>
      <View role="list" style={styles.list}>
        {facts.map((fact) => (
          <View key={fact.id} role="listitem" style={styles.row}>
            <Text style={styles.words}>{fact.text}</Text>
            <IconButton icon="trash-2" label={words.forget(fact.text)} onPress={() => setAsking(fact)} />
          </View>
        ))}
        {facts.length === 0 && (
          <Text size="small" tone="faint">
            {words.none}
          </Text>
        )}
        <View style={styles.end}>
          <Button icon="plus" label={words.add} onPress={() => setAsking('new')} />
        </View>
      </View>
      {asking === 'new' && <AddDialog onClose={() => setAsking(null)} />}
      {asking !== null && asking !== 'new' && (
        <Dialog
          title={words.forget(asking.text)}
          lead={words.forgetLead}
          confirm={actions.delete}
          danger
          onConfirm={() => forget(asking.id)}
          onClose={() => setAsking(null)}
        />
      )}
    </Group>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const { memory: words, actions } = useTexts();
  const [text, setText] = useState('');
  return (
    <Dialog title={words.add} confirm={actions.save} disabled={text.trim() === ''} onConfirm={() => remember(text.trim())} onClose={onClose}>
      <Field label={words.fact} hint={words.factHint} value={text} onChangeText={setText} maxLength={500} autoFocus />
    </Dialog>
  );
}

const styles = StyleSheet.create({
  list: { gap: space.m },
  row: { flexDirection: 'row', alignItems: 'center', gap: space.m },
  words: { flex: 1, minWidth: 0 },
  end: { alignItems: 'flex-start' },
});
