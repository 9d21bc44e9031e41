import { useState } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { useTexts } from '@/i18n/texts';
import { addPerson, changePerson } from '@/services/people';
import type { Account, RoleRights } from '@/services/types';
import { space } from '@/theme/tokens';

const hidden = { secureTextEntry: true, autoCapitalize: 'none', autoCorrect: false, autoComplete: 'new-password' } as const;

/** One of the roles. */
function RoleChoice({ roles, value, onChange }: { roles: RoleRights[]; value: string; onChange: (role: string) => void }) {
  const { people } = useTexts();
  return (
    <View role="radiogroup" aria-label={people.role} style={styles.roles}>
      {roles.map(({ name }) => (
        <Button key={name} kind={name === value ? 'primary' : 'secondary'} label={people.roleNames[name] ?? name} onPress={() => onChange(name)} />
      ))}
    </View>
  );
}

export function AddPersonDialog({ roles, onClose }: { roles: RoleRights[]; onClose: () => void }) {
  const { people, login, actions } = useTexts();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const [role, setRole] = useState('');
  const [password, setPassword] = useState('');
  const whole = [email, name, title, role, password].every((value) => value.trim() !== '');
  return (
    <Dialog title={people.add} lead={people.addLead} confirm={actions.save} disabled={!whole} onConfirm={() => addPerson({ email: email.trim(), name, title, role, password })} onClose={onClose}>
      <ScrollView contentContainerStyle={styles.fields} style={styles.scroll}>
        <Field label={login.email} value={email} onChangeText={setEmail} inputMode="email" autoCapitalize="none" autoCorrect={false} autoFocus />
        <Field label={people.name} value={name} onChangeText={setName} />
        <Field label={people.position} value={title} onChangeText={setTitle} />
        <RoleChoice roles={roles} value={role} onChange={setRole} />
        <Field label={people.firstPassword} value={password} onChangeText={setPassword} {...hidden} />
      </ScrollView>
    </Dialog>
  );
}

/** Changes a person: name, title and role; and what ends their sessions. */
export function PersonDialog({ person, roles, onClose }: { person: Account; roles: RoleRights[]; onClose: () => void }) {
  const { people, actions } = useTexts();
  const [name, setName] = useState(person.name);
  const [title, setTitle] = useState(person.title);
  const [role, setRole] = useState(person.role);
  const [password, setPassword] = useState('');
  const [more, setMore] = useState<'disable' | 'factor' | null>(null);
  const change = {
    ...(name !== person.name ? { name } : {}),
    ...(title !== person.title ? { title } : {}),
    ...(role !== person.role ? { role } : {}),
    ...(password ? { password } : {}),
  };
  if (more === 'disable') {
    return (
      <Dialog
        title={person.disabled ? people.enableAsk(person.name) : people.disableAsk(person.name)}
        lead={person.disabled ? people.enableLead : people.disableLead}
        confirm={person.disabled ? people.enable : people.disable}
        danger={!person.disabled}
        onConfirm={() => changePerson(person.id, { disabled: !person.disabled })}
        onClose={onClose}
      />
    );
  }
  if (more === 'factor') {
    return (
      <Dialog title={people.removeFactor} lead={people.removeFactorLead(person.name)} confirm={people.removeFactor} danger onConfirm={() => changePerson(person.id, { remove_second_factor: true })} onClose={onClose} />
    );
  }
  return (
    <Dialog title={person.name} lead={person.email} confirm={actions.save} disabled={Object.keys(change).length === 0} onConfirm={() => changePerson(person.id, change)} onClose={onClose}>
      <ScrollView contentContainerStyle={styles.fields} style={styles.scroll}>
        <Field label={people.name} value={name} onChangeText={setName} />
        <Field label={people.position} value={title} onChangeText={setTitle} />
        <RoleChoice roles={roles} value={role} onChange={setRole} />
        <Field label={people.newPassword} hint={people.newPasswordLead} value={password} onChangeText={setPassword} {...hidden} />
        <View style={styles.roles}>
          <Button kind="danger" icon={person.disabled ? 'user-check' : 'user-x'} label={person.disabled ? people.enable : people.disable} onPress={() => setMore('disable')} />
          {person.second_factor && <Button kind="danger" icon="shield-off" label={people.removeFactor} onPress={() => setMore('factor')} />}
        </View>
      </ScrollView>
    </Dialog>
  );
}

const styles = StyleSheet.create({
  scroll: { maxHeight: 440 },
  fields: { gap: space.m, padding: 4 },
  roles: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
});
