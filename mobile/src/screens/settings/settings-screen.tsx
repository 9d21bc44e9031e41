import Constants from 'expo-constants';
import { useState } from 'react';
import { Platform, ScrollView, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { FormError } from '@/components/form-error';
import { ScreenHeader } from '@/components/screen-header';
import { Segmented } from '@/components/segmented';
import { Text } from '@/components/text';
import { languages, type Language } from '@/i18n/languages';
import { languageNames, useTexts } from '@/i18n/texts';
import { serverAddress } from '@/services/address';
import { api, data } from '@/services/api';
import { session } from '@/services/auth';
import { queryClient } from '@/services/query-client';
import { useMe } from '@/stores/me';
import { usePreferences, type Appearance } from '@/stores/preferences';
import { themed, useWide } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { Account } from './account';
import { Group } from './group';
import { Memory } from './memory';
import { Notifications } from './notifications';
import { Password } from './password';
import { SecondFactor } from './second-factor';
import { Sessions } from './sessions';
import { StandingApprovals } from './standing-approvals';

const appearances = ['system', 'light', 'dark'] as const satisfies readonly Appearance[];

export function SettingsScreen() {
  const styles = useStyles();
  const { settings } = useTexts();
  const wide = useWide();
  const { language, appearance, choose } = usePreferences();
  const person = useMe((s) => s.person);
  const [unsaved, setUnsaved] = useState(false);
  const [leaving, setLeaving] = useState(false);

  const speak = async (chosen: Language) => {
    choose({ language: chosen });
    setUnsaved(false);
    try {
      const changed = await data(api().PATCH('/v1/me', { body: { language: chosen } }));
      useMe.getState().show(changed);
      await queryClient.invalidateQueries({ queryKey: ['skills'] });
      await queryClient.invalidateQueries({ queryKey: ['schedules'] });
    } catch {
      setUnsaved(true);
    }
  };
  const leave = () => {
    setLeaving(true);
    void session.signOut();
  };

  return (
    <ScrollView role="main" style={styles.screen} contentContainerStyle={styles.content}>
      <View style={styles.column}>
        <ScreenHeader title={settings.title} large />
        {person && (
          <Group title={settings.account}>
            <Account person={person} />
          </Group>
        )}
        <Group title={settings.language} lead={settings.languageLead} side={wide}>
          <Segmented
            label={settings.language}
            value={language}
            options={languages.map((value) => ({ value, label: languageNames[value] }))}
            onChange={(chosen) => void speak(chosen)}
          />
          <FormError text={unsaved ? settings.notSaved : null} />
        </Group>
        <Group title={settings.appearance} side={wide}>
          <Segmented
            label={settings.appearance}
            value={appearance}
            options={appearances.map((value) => ({ value, label: settings[value] }))}
            onChange={(chosen) => choose({ appearance: chosen })}
          />
        </Group>
        <Notifications />
        <Memory />
        <Password />
        <SecondFactor />
        <Sessions />
        <StandingApprovals />
        <Group title={settings.signOut} lead={settings.signOutLead} side={wide}>
          <Button kind="danger" icon="log-out" label={settings.signOut} busy={leaving} onPress={leave} />
        </Group>
        <Text size="caption" tone="faint" style={styles.about}>
          {settings.version} {Constants.expoConfig?.version}
          {Platform.OS === 'web' ? '' : ` · ${settings.server} ${serverAddress()}`}
        </Text>
      </View>
    </ScrollView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, backgroundColor: c.page },
    content: { alignItems: 'center', paddingHorizontal: space.l, paddingBottom: space.xxxl },
    column: { width: '100%', maxWidth: 720, gap: space.m },
    about: { paddingHorizontal: space.xl, paddingTop: space.s },
  }),
);
