import { ScrollView, StyleSheet, View } from 'react-native';

import { Chip } from '@/components/chip';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import type { components } from '@/services/schema';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

/** What each role may do; `roles.yaml` is where that is changed. */
export function Roles({ view }: { view: components['schemas']['RolesView'] }) {
  const styles = useStyles();
  const { people } = useTexts();
  const word = (permission: string) => people.permissions[permission] ?? permission;
  return (
    <ScrollView contentContainerStyle={styles.roles}>
      <Text size="small" tone="soft">
        {people.rolesLead} {people.everyone} {view.everyone.map(word).join(people.comma)}.
      </Text>
      {view.items.map((role) => (
        <View key={role.name} role="region" aria-label={people.roleNames[role.name] ?? role.name} style={styles.role}>
          <View style={styles.head}>
            <Text size="strong">{people.roleNames[role.name] ?? role.name}</Text>
            <Text size="small" tone="faint">
              {people.count(role.people)}
            </Text>
          </View>
          <View style={styles.chips}>
            {role.may.map((permission) => (
              <Chip key={permission} label={word(permission)} tone="accent" />
            ))}
            {role.skills.map((skill) => (
              <Chip key={skill} label={skill} icon="zap" />
            ))}
            {role.may.length + role.skills.length === 0 && (
              <Text size="small" tone="faint">
                {people.nothingMore}
              </Text>
            )}
          </View>
        </View>
      ))}
    </ScrollView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    roles: { gap: space.m, paddingBottom: space.xxxl },
    role: { gap: space.s, padding: space.m, borderRadius: radius.m, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    head: { flexDirection: 'row', alignItems: 'baseline', justifyContent: 'space-between', gap: space.m },
    chips: { flexDirection: 'row', flexWrap: 'wrap', gap: 6 },
  }),
);
