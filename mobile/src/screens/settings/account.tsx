import { StyleSheet, View } from 'react-native';

import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import type { Person } from '@/services/types';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

/** The first letters of a name, as people write them. */
function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  return [parts[0], parts.length > 1 ? parts.at(-1) : undefined].map((part) => [...(part ?? '')][0] ?? '').join('').toUpperCase();
}

export function Account({ person }: { person: Person }) {
  const styles = useStyles();
  const { departments } = useTexts();
  return (
    <View style={styles.account}>
      <View style={styles.face} aria-hidden>
        <Text size="heading" tone="accentText">
          {initials(person.name)}
        </Text>
      </View>
      <View style={styles.words}>
        <Text size="strong">{person.name}</Text>
        <Text size="small" tone="soft">
          {[person.title, departments[person.department] ?? person.department].filter(Boolean).join(' · ')}
        </Text>
        <Text size="small" tone="faint" numberOfLines={1} selectable>
          {person.email}
        </Text>
      </View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    account: { flexDirection: 'row', alignItems: 'center', gap: space.m },
    face: { width: 52, height: 52, borderRadius: radius.full, alignItems: 'center', justifyContent: 'center', backgroundColor: c.accentWash },
    words: { flex: 1, minWidth: 0 },
  }),
);
