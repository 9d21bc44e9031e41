import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Button } from './button';
import { Icon, type IconName } from './icon';
import { Spinner } from './spinner';
import { Text } from './text';

export function Loading() {
  const styles = useStyles();
  return (
    <View style={styles.center} role="status" aria-label={useTexts().states.loading}>
      <Spinner size={26} />
    </View>
  );
}

/** Grey lines in the place of a list that is being loaded. */
export function LoadingRows({ rows = 5 }: { rows?: number }) {
  const styles = useStyles();
  return (
    <View role="status" aria-label={useTexts().states.loading} style={styles.rows}>
      {Array.from({ length: rows }, (_, row) => (
        <View key={row} style={styles.ghostRow}>
          <View style={[styles.ghost, { width: `${72 - ((row * 17) % 34)}%` }]} />
          <View style={[styles.ghost, styles.ghostThin, { width: `${38 + ((row * 23) % 30)}%` }]} />
        </View>
      ))}
    </View>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  lead?: string;
  children?: ReactNode;
}

export function Empty({ icon, title, lead, children }: EmptyProps) {
  const styles = useStyles();
  return (
    <View style={styles.center}>
      <View style={styles.tile}>
        <Icon name={icon} size={24} tone="accentText" />
      </View>
      <Text size="heading" style={styles.words}>
        {title}
      </Text>
      {lead && (
        <Text size="small" tone="soft" style={styles.words}>
          {lead}
        </Text>
      )}
      {children && <View style={styles.action}>{children}</View>}
    </View>
  );
}

interface FailureProps {
  error: unknown;
  onRetry?: () => void;
  /** What to say when the thing does not exist. */
  missing?: { title: string; lead: string };
}

export function Failure({ error, onRetry, missing }: FailureProps) {
  const styles = useStyles();
  const { states, actions } = useTexts();
  const problem = asProblem(error);
  const gone = missing && problem.status === 404;
  const title = gone ? missing.title : problem.isOffline ? states.offline : states.failed;
  const lead = gone ? missing.lead : problem.isOffline ? states.offlineLead : problem.detail || states.serverLead;
  return (
    <View style={styles.center} role="alert">
      <View style={[styles.tile, styles.tileAlert]}>
        <Icon name={gone ? 'help-circle' : problem.isOffline ? 'wifi-off' : 'alert-circle'} size={24} tone="coralText" />
      </View>
      <Text size="heading" style={styles.words}>
        {title}
      </Text>
      <Text size="small" tone="soft" style={styles.words}>
        {lead}
      </Text>
      {onRetry && !gone && (
        <View style={styles.action}>
          <Button label={actions.retry} icon="refresh-cw" onPress={onRetry} />
        </View>
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    center: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', padding: space.xxl, gap: space.s },
    words: { textAlign: 'center', maxWidth: 360 },
    tile: { width: 56, height: 56, borderRadius: radius.l, alignItems: 'center', justifyContent: 'center', marginBottom: space.s, backgroundColor: c.accentWash },
    tileAlert: { backgroundColor: c.coralWash },
    action: { marginTop: space.m },
    rows: { padding: space.m, gap: space.l },
    ghostRow: { gap: space.s, paddingVertical: 6 },
    ghost: { height: 14, borderRadius: radius.s, backgroundColor: c.hover },
    ghostThin: { height: 11 },
  }),
);
