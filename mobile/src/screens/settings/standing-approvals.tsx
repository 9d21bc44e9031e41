import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { Segmented } from '@/components/segmented';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { endStandingApproval, giveStandingApproval } from '@/services/people';
import { skills, standing } from '@/services/queries';
import type { StandingApproval } from '@/services/types';
import { useMay } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { space } from '@/theme/tokens';

import { Group } from './group';

/** What the person's department may send without being asked each time. */
export function StandingApprovals() {
  const { standing: words, actions } = useTexts();
  const may = useMay('standing_approvals');
  const language = usePreferences((s) => s.language);
  const given = useQuery({ ...standing(), enabled: may }).data?.items ?? [];
  const offered = useQuery({ ...skills(language), enabled: may }).data?.items ?? [];
  const [asking, setAsking] = useState<StandingApproval | 'new' | null>(null);
  if (!may) return null;
  const title = (name: string) => offered.find((skill) => skill.name === name)?.title ?? name;
  return (
    <Group title={words.title} lead={words.lead}>
      <View role="list" style={styles.list}>
        {given.map((approval) => (
          <View key={approval.id} role="listitem" style={styles.row}>
            <View style={styles.words}>
              <Text size="strong">{title(approval.skill)}</Text>
              <Text size="small" tone="soft">
                {words.rule(words.rules[approval.recipients.rule], approval.recipients.values ?? [])} · {words.used(approval.used_today, approval.limit_a_day)} ·{' '}
                {approval.owner.name}
              </Text>
            </View>
            <IconButton icon="trash-2" label={words.endOf(title(approval.skill))} onPress={() => setAsking(approval)} />
          </View>
        ))}
        {given.length === 0 && (
          <Text size="small" tone="faint">
            {words.none}
          </Text>
        )}
        {offered.length > 0 && (
          <View style={styles.end}>
            <Button icon="plus" label={words.add} onPress={() => setAsking('new')} />
          </View>
        )}
      </View>
      {asking === 'new' && <GiveDialog options={offered.map(({ name, title: label }) => ({ value: name, label }))} onClose={() => setAsking(null)} />}
      {asking !== null && asking !== 'new' && (
        <Dialog title={words.endOf(title(asking.skill))} lead={words.endLead} confirm={actions.delete} danger onConfirm={() => endStandingApproval(asking.id)} onClose={() => setAsking(null)} />
      )}
    </Group>
  );
}

type Rule = StandingApproval['recipients']['rule'];
const rules = ['anyone', 'domains', 'addresses'] as const satisfies readonly Rule[];

function GiveDialog({ options, onClose }: { options: { value: string; label: string }[]; onClose: () => void }) {
  const { standing: words, actions } = useTexts();
  const [skill, setSkill] = useState(options[0]?.value ?? '');
  const [rule, setRule] = useState<Rule>('domains');
  const [typed, setTyped] = useState('');
  const [limit, setLimit] = useState('50');
  const values = typed.split(/[\s,;，；]+/).filter(Boolean);
  const count = Number(limit);
  const whole = Number.isInteger(count) && count > 0 && (rule === 'anyone' || values.length > 0);
  return (
    <Dialog
      title={words.add}
      lead={words.addLead}
      confirm={actions.save}
      disabled={!whole}
      onConfirm={() => giveStandingApproval({ skill, recipients: { rule, values: rule === 'anyone' ? [] : values }, limit_a_day: count })}
      onClose={onClose}
    >
      <Segmented label={words.skill} options={options} value={skill} onChange={setSkill} />
      <Segmented label={words.recipients} options={rules.map((value) => ({ value, label: words.rules[value] }))} value={rule} onChange={setRule} />
      {rule !== 'anyone' && <Field label={words.rules[rule]} hint={words.valuesHint} value={typed} onChangeText={setTyped} autoCapitalize="none" autoCorrect={false} />}
      <Field label={words.limit} value={limit} onChangeText={setLimit} inputMode="numeric" />
    </Dialog>
  );
}

const styles = StyleSheet.create({
  list: { gap: space.m },
  row: { flexDirection: 'row', alignItems: 'center', gap: space.m },
  words: { flex: 1, minWidth: 0, gap: 2 },
  end: { alignItems: 'flex-start' },
});
