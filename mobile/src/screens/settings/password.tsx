import { useState } from 'react';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { useTexts } from '@/i18n/texts';
import { changePassword } from '@/services/account';
import { useWide } from '@/theme/theme';

import { Group } from './group';

/** Characters of a password at least; the server has the other rules and says which one was not kept. */
const SHORTEST = 12;

export function Password() {
  const { settings } = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <Group title={settings.password} lead={settings.passwordLead} side={useWide()}>
      <Button icon="lock" label={settings.changePassword} onPress={() => setOpen(true)} />
      {open && <PasswordDialog onClose={() => setOpen(false)} />}
    </Group>
  );
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { settings, actions } = useTexts();
  const [current, setCurrent] = useState('');
  const [chosen, setChosen] = useState('');
  const [again, setAgain] = useState('');
  const short = [...chosen].length < SHORTEST;
  const hidden = { secureTextEntry: true, autoCapitalize: 'none', autoCorrect: false } as const;
  return (
    <Dialog
      title={settings.changePassword}
      lead={settings.passwordEnds}
      confirm={actions.save}
      disabled={!current || short || chosen !== again}
      onConfirm={() => changePassword(current, chosen)}
      onClose={onClose}
    >
      <Field label={settings.currentPassword} value={current} onChangeText={setCurrent} autoComplete="current-password" autoFocus {...hidden} />
      <Field label={settings.newPassword} hint={settings.passwordHint} value={chosen} onChangeText={setChosen} autoComplete="new-password" {...hidden} />
      <Field
        label={settings.repeatPassword}
        value={again}
        onChangeText={setAgain}
        error={again !== '' && !short && again.length >= chosen.length && chosen !== again ? settings.passwordsDiffer : null}
        autoComplete="new-password"
        {...hidden}
      />
    </Dialog>
  );
}
