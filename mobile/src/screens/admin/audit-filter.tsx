import { useState } from 'react';
import { Pressable, ScrollView, StyleSheet, View } from 'react-native';

import { Field } from '@/components/field';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import type { AuditAction, AuditFilter } from '@/services/types';
import { themed, type Pressing } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

interface AuditFilterProps {
  filter: AuditFilter;
  onChange: (filter: AuditFilter) => void;
}

/** Which entries are shown: those of an action, those of a person. */
export function AuditFilterBar({ filter, onChange }: AuditFilterProps) {
  const styles = useStyles();
  const { audit } = useTexts();
  const [person, setPerson] = useState(filter.person ?? '');
  const actions = Object.keys(audit.actions) as AuditAction[];
  return (
    <View style={styles.bar}>
      <Field
        label={audit.person}
        value={person}
        onChangeText={setPerson}
        onSubmitEditing={() => onChange({ ...filter, person: person.trim() || undefined })}
        placeholder="name@company.example"
        autoCapitalize="none"
        autoCorrect={false}
        inputMode="email"
        returnKeyType="search"
      />
      <ScrollView horizontal showsHorizontalScrollIndicator={false} role="radiogroup" aria-label={audit.action} contentContainerStyle={styles.actions}>
        {[undefined, ...actions].map((action) => {
          const chosen = filter.action === action;
          const label = action ? (audit.actions[action] ?? action) : audit.allActions;
          return (
            <Pressable
              key={action ?? 'all'}
              role="radio"
              aria-checked={chosen}
              aria-label={label}
              onPress={() => onChange({ ...filter, action })}
              style={({ hovered }: Pressing) => [styles.action, hovered && styles.hover, chosen && styles.chosen]}
            >
              <Text size="small" tone={chosen ? 'accentText' : 'soft'}>
                {label}
              </Text>
            </Pressable>
          );
        })}
      </ScrollView>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    bar: { gap: space.m },
    actions: { gap: space.s },
    action: { minHeight: 44, paddingHorizontal: space.m, justifyContent: 'center', borderRadius: radius.full, borderWidth: 1, borderColor: c.line },
    hover: { backgroundColor: c.hover },
    chosen: { backgroundColor: c.accentWash, borderColor: c.accent },
  }),
);
