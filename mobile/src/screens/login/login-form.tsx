import { useRef, useState } from 'react';
import { Platform, StyleSheet, View, type TextInput } from 'react-native';

import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { Icon } from '@/components/icon';
import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { toOrigin } from '@/services/address';
import { session } from '@/services/auth';
import { asProblem, type Problem } from '@/services/problem';
import { usePreferences } from '@/stores/preferences';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

export function LoginForm() {
  const styles = useStyles();
  const { login, actions, states } = useTexts();
  const known = usePreferences((s) => s.server);
  const choose = usePreferences((s) => s.choose);
  const [server, setServer] = useState(known);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const passwordField = useRef<TextInput>(null);
  const origin = toOrigin(server);

  const submit = async () => {
    setTried(true);
    setProblem(null);
    if (busy || !origin || !email.trim() || !password || code === '') return;
    setBusy(true);
    choose({ server: origin });
    try {
      await session.signIn(email.trim(), password, code?.trim());
    } catch (error) {
      const refused = asProblem(error);
      const asked = refused.kind === 'second-factor-needed';
      if (asked && code === null) setCode('');
      // That a code is needed is no mistake; that it was wrong is one.
      setTried(!asked);
      setProblem(asked && code === null ? null : refused);
      setBusy(false);
    }
  };

  const refusal = problem && (problem.isOffline ? states.offlineLead : problem.detail || (problem.status === 401 ? login.wrong : states.serverLead));

  return (
    <View style={styles.form}>
      {Platform.OS !== 'web' && (
        <Field
          label={login.server}
          hint={login.serverHint}
          error={tried && !origin ? login.serverWrong : null}
          value={server}
          onChangeText={setServer}
          inputMode="url"
          autoCapitalize="none"
          autoCorrect={false}
        />
      )}
      <Field
        label={login.email}
        error={tried && !email.trim() ? login.emailMissing : null}
        value={email}
        onChangeText={setEmail}
        inputMode="email"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect={false}
        enterKeyHint="next"
        submitBehavior="submit"
        onSubmitEditing={() => passwordField.current?.focus()}
      />
      <Field
        ref={passwordField}
        label={login.password}
        error={tried && !password ? login.passwordMissing : null}
        value={password}
        onChangeText={setPassword}
        secureTextEntry={!shown}
        autoComplete="current-password"
        autoCapitalize="none"
        enterKeyHint="go"
        onSubmitEditing={() => void submit()}
        end={<IconButton icon={shown ? 'eye-off' : 'eye'} label={shown ? login.hide : login.show} size={40} onPress={() => setShown(!shown)} />}
      />
      {code !== null && (
        <Field
          label={login.code}
          hint={login.codeHint}
          error={tried && code === '' ? login.codeMissing : null}
          value={code}
          onChangeText={setCode}
          autoComplete="one-time-code"
          autoCapitalize="none"
          autoCorrect={false}
          autoFocus
          enterKeyHint="go"
          onSubmitEditing={() => void submit()}
        />
      )}
      {refusal && (
        <View role="alert" style={styles.refusal}>
          <Icon name="alert-circle" size={18} tone="danger" />
          <Text size="small" tone="danger" style={styles.words}>
            {refusal}
          </Text>
        </View>
      )}
      <Button label={login.submit} kind="primary" wide busy={busy} onPress={() => void submit()} />
      {problem?.isOffline && <Button label={actions.retry} kind="quiet" onPress={() => void submit()} />}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    form: { gap: space.l },
    refusal: { flexDirection: 'row', gap: space.s, padding: space.m, borderRadius: radius.m, backgroundColor: c.dangerWash },
    words: { flex: 1 },
  }),
);
