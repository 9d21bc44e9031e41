import { useQuery } from '@tanstack/react-query';
import * as Clipboard from 'expo-clipboard';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { QrCode } from '@/components/qr-code';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor, renewRecoveryCodes } from '@/services/account';
import { secondFactor } from '@/services/queries';
import { useWide } from '@/theme/theme';
import { space } from '@/theme/tokens';

import { Group } from './group';

type Step = 'begin' | 'renew' | 'remove' | { secret: string; otpauth_url: string } | { codes: string[] };

/** A second factor: set up, its recovery codes, and taken away again. */
export function SecondFactor() {
  const { secondFactor: words } = useTexts();
  const wide = useWide();
  const state = useQuery(secondFactor()).data;
  const [step, setStep] = useState<Step | null>(null);
  // A dialog closes itself after it has worked, when the next step may be there already.
  const close = (from: Step) => () => setStep((now) => (now === from ? null : now));
  if (!state) return null;
  return (
    <Group title={words.title} lead={state.enabled ? words.on(state.recovery_codes_left) : words.off} side={wide}>
      {state.enabled ? (
        <View style={styles.buttons}>
          <Button icon="refresh-cw" label={words.renew} onPress={() => setStep('renew')} />
          <Button kind="danger" icon="shield-off" label={words.remove} onPress={() => setStep('remove')} />
        </View>
      ) : (
        <Button icon="shield" label={words.setUp} onPress={() => setStep('begin')} />
      )}
      {step === 'begin' && <BeginDialog onBegun={setStep} onClose={close(step)} />}
      {step === 'renew' && <ProveDialog title={words.renew} lead={words.renewLead} onProven={async (password, code) => setStep({ codes: await renewRecoveryCodes(password, code) })} onClose={close(step)} />}
      {step === 'remove' && <ProveDialog title={words.remove} lead={words.removeLead} danger onProven={removeSecondFactor} onClose={close(step)} />}
      {step !== null && typeof step === 'object' && 'secret' in step && <ConfirmDialog begun={step} onConfirmed={(codes) => setStep({ codes })} onClose={close(step)} />}
      {step !== null && typeof step === 'object' && 'codes' in step && <CodesDialog codes={step.codes} onClose={close(step)} />}
    </Group>
  );
}

const hidden = { secureTextEntry: true, autoCapitalize: 'none', autoCorrect: false, autoComplete: 'current-password' } as const;
const oneTime = { autoCapitalize: 'none', autoCorrect: false, autoComplete: 'one-time-code' } as const;

function BeginDialog({ onBegun, onClose }: { onBegun: (begun: { secret: string; otpauth_url: string }) => void; onClose: () => void }) {
  const { secondFactor: words, settings, actions } = useTexts();
  const [password, setPassword] = useState('');
  return (
    <Dialog
      title={words.setUp}
      lead={words.passwordLead}
      confirm={actions.next}
      disabled={!password}
      onConfirm={async () => onBegun(await beginSecondFactor(password))}
      onClose={onClose}
    >
      <Field label={settings.currentPassword} value={password} onChangeText={setPassword} autoFocus {...hidden} />
    </Dialog>
  );
}

function ConfirmDialog({ begun, onConfirmed, onClose }: { begun: { secret: string; otpauth_url: string }; onConfirmed: (codes: string[]) => void; onClose: () => void }) {
  const { secondFactor: words, login, actions } = useTexts();
  const [code, setCode] = useState('');
  return (
    <Dialog
      title={words.scan}
      lead={words.scanLead}
      confirm={actions.next}
      disabled={code.trim().length < 6}
      onConfirm={async () => onConfirmed(await confirmSecondFactor(code.trim()))}
      onClose={onClose}
    >
      <View style={styles.scan}>
        <QrCode text={begun.otpauth_url} label={words.qr} />
        <View style={styles.secret}>
          <Text size="small" tone="soft">
            {words.byHand}
          </Text>
          <Text code selectable>
            {begun.secret.match(/.{1,4}/g)?.join(' ')}
          </Text>
          <Button kind="quiet" icon="copy" label={actions.copy} onPress={() => void Clipboard.setStringAsync(begun.secret)} />
        </View>
      </View>
      <Field label={login.code} value={code} onChangeText={setCode} autoFocus inputMode="numeric" {...oneTime} />
    </Dialog>
  );
}

function ProveDialog({ title, lead, danger, onProven, onClose }: { title: string; lead: string; danger?: boolean; onProven: (password: string, code: string) => Promise<void>; onClose: () => void }) {
  const { settings, login } = useTexts();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  return (
    <Dialog
      title={title}
      lead={lead}
      confirm={title}
      danger={danger}
      disabled={!password || !code.trim()}
      onConfirm={() => onProven(password, code.trim())}
      onClose={onClose}
    >
      <Field label={settings.currentPassword} value={password} onChangeText={setPassword} autoFocus {...hidden} />
      <Field label={login.code} hint={login.codeHint} value={code} onChangeText={setCode} {...oneTime} />
    </Dialog>
  );
}

function CodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { secondFactor: words, actions } = useTexts();
  return (
    <Dialog title={words.codes} lead={words.codesLead} confirm={words.kept} onConfirm={async () => undefined} onClose={onClose}>
      <View style={styles.codes}>
        {codes.map((code) => (
          <Text key={code} code selectable>
            {code}
          </Text>
        ))}
      </View>
      <Button icon="copy" label={actions.copy} onPress={() => void Clipboard.setStringAsync(codes.join('\n'))} />
    </Dialog>
  );
}

const styles = StyleSheet.create({
  buttons: { gap: space.s },
  scan: { flexDirection: 'row', flexWrap: 'wrap', gap: space.l, alignItems: 'center' },
  secret: { flex: 1, minWidth: 160, gap: space.s, alignItems: 'flex-start' },
  codes: { flexDirection: 'row', flexWrap: 'wrap', columnGap: space.xl, rowGap: space.s },
});
