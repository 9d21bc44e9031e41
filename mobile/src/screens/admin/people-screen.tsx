import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Field } from '@/components/field';
import { ListRow } from '@/components/list-row';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Segmented } from '@/components/segmented';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import type { Account } from '@/services/types';
import { isAdmin, useMe } from '@/stores/me';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { AdminSwitch } from './admin-switch';
import { AddPersonDialog, PersonDialog } from './person-dialog';
import { Roles } from './roles';

/** Who can sign in, with which role; and what each role may do. */
export function PeopleScreen() {
  const styles = useStyles();
  const { people } = useTexts();
  const allowed = useMe((s) => isAdmin(s.person));
  const [part, setPart] = useState<'people' | 'roles'>('people');
  const [words, setWords] = useState('');
  const [asking, setAsking] = useState<Account | 'new' | null>(null);
  const query = useInfiniteQuery({ ...queries.people(words.trim()), enabled: allowed });
  const roles = useQuery({ ...queries.roles(), enabled: allowed }).data;

  if (!allowed) return <Empty icon="lock" title={people.forbidden} lead={people.forbiddenLead} />;
  return (
    <View role="main" aria-label={people.title} style={styles.screen}>
      <View style={styles.column}>
        <ScreenHeader title={people.title} large />
        <AdminSwitch page="people" />
        <View style={styles.bar}>
          <Segmented
            label={people.title}
            options={[
              { value: 'people', label: people.all },
              { value: 'roles', label: people.roles },
            ]}
            value={part}
            onChange={setPart}
          />
          {part === 'people' && <Button icon="user-plus" label={people.add} onPress={() => setAsking('new')} />}
        </View>
        {part === 'roles' ? (
          roles && <Roles view={roles} />
        ) : (
          <>
            <Field label={people.search} value={words} onChangeText={setWords} autoCapitalize="none" autoCorrect={false} />
            <View style={styles.list}>
              <PagedList
                label={people.title}
                query={query}
                empty={<Empty icon="users" title={people.empty} />}
                row={(person) => (
                  <ListRow
                    label={`${person.name}, ${person.email}, ${people.roleNames[person.role] ?? person.role}`}
                    title={person.name}
                    detail={`${person.title} · ${person.email}`}
                    end={
                      <View style={styles.chips}>
                        {person.second_factor && <Chip tone="good" icon="shield" label={people.secondFactor} />}
                        <Chip tone={person.disabled ? 'danger' : 'plain'} label={person.disabled ? people.disabled : (people.roleNames[person.role] ?? person.role)} />
                      </View>
                    }
                    onPress={() => setAsking(person)}
                  />
                )}
              />
            </View>
          </>
        )}
      </View>
      {asking === 'new' && <AddPersonDialog roles={roles?.items ?? []} onClose={() => setAsking(null)} />}
      {asking !== null && asking !== 'new' && <PersonDialog person={asking} roles={roles?.items ?? []} onClose={() => setAsking(null)} />}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.l, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 860, gap: space.m },
    bar: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between', gap: space.m },
    list: { flex: 1 },
    chips: { flexDirection: 'row', gap: 6 },
  }),
);
