import { Redirect, useLocalSearchParams, type Href } from 'expo-router';
import { KeyboardAvoidingView, ScrollView, StyleSheet, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';

import { Logo } from '@/components/logo';
import { Segmented } from '@/components/segmented';
import { Text } from '@/components/text';
import { languages } from '@/i18n/languages';
import { languageNames, useTexts } from '@/i18n/texts';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { themed, useWide } from '@/theme/theme';
import { space, width, type Palette } from '@/theme/tokens';

import { LoginForm } from './login-form';
import { Pitch } from './pitch';

/** A place inside the app to go on with after signing in. */
function inside(path: string | string[] | undefined): Href {
  return (typeof path === 'string' && /^\/[a-z]/.test(path) ? path : '/chat') as Href;
}

export function LoginScreen() {
  const styles = useStyles();
  const { login, product } = useTexts();
  const { next } = useLocalSearchParams();
  const insets = useSafeAreaInsets();
  const wide = useWide();
  const language = usePreferences((s) => s.language);
  const choose = usePreferences((s) => s.choose);

  if (useMe((s) => s.state) === 'signed-in') return <Redirect href={inside(next)} />;

  return (
    <View style={styles.screen}>
      {wide && <Pitch />}
      <KeyboardAvoidingView behavior="padding" style={styles.side}>
        <ScrollView
          role="main"
          keyboardShouldPersistTaps="handled"
          contentContainerStyle={[styles.content, { paddingTop: insets.top + space.xl, paddingBottom: insets.bottom + space.xl }]}
        >
          <View style={styles.form}>
            {!wide && (
              <View style={styles.brand}>
                <Logo size={64} />
                <Text size="strong" tone="soft">{product}</Text>
              </View>
            )}
            <View style={styles.head}>
              <Text size="display" role="heading" aria-level={1}>
                {login.title}
              </Text>
              <Text tone="soft">{login.lead}</Text>
            </View>
            <LoginForm />
            <View style={styles.language}>
              <Segmented
                label={login.language}
                value={language}
                options={languages.map((value) => ({ value, label: languageNames[value] }))}
                onChange={(value) => choose({ language: value })}
              />
            </View>
          </View>
        </ScrollView>
      </KeyboardAvoidingView>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, flexDirection: 'row', backgroundColor: c.page },
    side: { flex: 1 },
    content: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', paddingHorizontal: space.xl },
    form: { width: '100%', maxWidth: width.form, gap: space.xxl },
    brand: { alignItems: 'center', gap: space.s },
    head: { gap: space.xs },
    language: { alignSelf: 'center', width: 220 },
  }),
);
