import { Platform, StyleSheet, View } from 'react-native';

import { Logo } from '@/components/logo';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { radius, space } from '@/theme/tokens';

const DEPTH = 'linear-gradient(155deg, #12857B 0%, #0B5A53 48%, #07332F 100%)';

/** What the product is, beside the form where there is room. It looks the same in both appearances. */
export function Pitch() {
  const { login, product } = useTexts();
  return (
    <View style={styles.panel} role="complementary">
      <View style={styles.brand}>
        <View style={styles.tile}>
          <Logo size={34} />
        </View>
        <Text size="heading" style={styles.light}>{product}</Text>
      </View>
      <View style={styles.middle}>
        <Text style={styles.headline}>{login.pitch}</Text>
        <Text style={styles.lead}>{login.pitchLead}</Text>
        <View style={styles.examples} aria-hidden>
          {[login.example1, login.example2, login.example3].map((example, at) => (
            <View key={example} style={[styles.example, { marginLeft: at * 28 }]}>
              <Text size="small" style={styles.light}>{example}</Text>
            </View>
          ))}
        </View>
      </View>
    </View>
  );
}

const styles = StyleSheet.create({
  panel: {
    width: '46%',
    maxWidth: 720,
    padding: space.xxxl,
    backgroundColor: '#0B4F4A',
    ...(Platform.OS === 'web' ? { backgroundImage: DEPTH } : { experimental_backgroundImage: DEPTH }),
  },
  brand: { flexDirection: 'row', alignItems: 'center', gap: space.m },
  tile: { width: 48, height: 48, borderRadius: radius.m, alignItems: 'center', justifyContent: 'center', backgroundColor: '#FFFFFF' },
  middle: { flex: 1, justifyContent: 'center', gap: space.l },
  headline: { fontSize: 44, lineHeight: 54, fontWeight: '700', letterSpacing: -1, color: '#FFFFFF' },
  lead: { color: '#C5E5E0', maxWidth: 420 },
  examples: { gap: space.m, marginTop: space.xl },
  example: {
    alignSelf: 'flex-start',
    maxWidth: 400,
    paddingVertical: space.m,
    paddingHorizontal: space.l,
    borderRadius: radius.l,
    borderBottomLeftRadius: 4,
    backgroundColor: 'rgba(255, 255, 255, 0.1)',
    borderWidth: 1,
    borderColor: 'rgba(255, 255, 255, 0.14)',
  },
  light: { color: '#FFFFFF' },
});
