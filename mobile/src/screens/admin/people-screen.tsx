import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Field } from '@/components/field';
import { ListRow } from '@/components/list-row';
import { PagedList } from '@/components/paged-list';
import { Segmented } from '@/components/segmented';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import type { Account } from '@/services/types';
import { useMay } from '@/stores/me';
import { space } from '@/theme/tokens';

import { AdminPage } from './admin-page';
import { AddPersonDialog, PersonDialog } from './person-dialog';
import { Roles } from './roles';

/** Who can sign in, with which role; and what each role may do. */
export function PeopleScreen() {
  const { people } = useTexts();
  const allowed = useMay('administer');
  const [part, setPart] = useState<'people' | 'roles'>('people');
  const [words, setWords] = useState('');
  const [asking, setAsking] = useState<Account | 'new' | null>(null);
  const query = useInfiniteQuery({ ...queries.people(words.trim()), enabled: allowed });
  const roles = useQuery({ ...queries.roles(), enabled: allowed }).data;

  if (!allowed) return <Empty icon="lock" title={people.forbidden} lead={people.forbiddenLead} />;
  return (
    <AdminPage page="people" title={people.title}>
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
      {asking === 'new' && <AddPersonDialog roles={roles?.items ?? []} onClose={() => setAsking(null)} />}
      {asking !== null && asking !== 'new' && <PersonDialog person={asking} roles={roles?.items ?? []} onClose={() => setAsking(null)} />}
    </AdminPage>
  );
}

const styles = StyleSheet.create({
  bar: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between', gap: space.m },
  list: { flex: 1 },
  chips: { flexDirection: 'row', gap: 6 },
});
