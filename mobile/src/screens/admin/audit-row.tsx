import { StyleSheet, View } from 'react-native';

import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import type { Texts } from '@/i18n/en';
import { useTexts } from '@/i18n/texts';
import type { AuditEntry } from '@/services/types';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

/** What is kept of an entry besides its subject, e.g. `limit 250`. */
export function facts(detail: AuditEntry['detail']): string {
  const known = Object.entries(detail).filter(([, value]) => value !== null);
  return known.map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value)}`).join(' · ');
}

/** What it was done to, in words where there are some. */
export function subjectOf({ subject }: AuditEntry, { audit }: Texts): string {
  const kind = audit.subjects[subject.kind] ?? subject.kind;
  return `${kind} ${subject.person ?? subject.id}`;
}

/** An entry: what, who, to what, when. */
export function AuditRow({ entry }: { entry: AuditEntry }) {
  const styles = useStyles();
  const texts = useTexts();
  const more = facts(entry.detail);
  return (
    <View style={styles.row}>
      <View style={styles.line}>
        <Text size="strong" style={styles.grow}>
          {texts.audit.actions[entry.action] ?? entry.action}
        </Text>
        <Text size="caption" tone="faint" tabular>
          {`${longTime(entry.at, texts)} · ${entry.number}`}
        </Text>
      </View>
      <Text size="small" selectable>
        {entry.person ?? texts.audit.system}
      </Text>
      <Text size="caption" tone="soft" selectable>
        {more ? `${subjectOf(entry, texts)} · ${more}` : subjectOf(entry, texts)}
      </Text>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    row: { gap: 2, paddingHorizontal: space.m, paddingVertical: 10, borderBottomWidth: 1, borderBottomColor: c.line },
    line: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', columnGap: space.s },
    grow: { flexGrow: 1 },
  }),
);
