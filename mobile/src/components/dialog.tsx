import { useState, type ReactNode } from 'react';
import { Modal, Pressable, StyleSheet, View } from 'react-native';

import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';
import { themed, useReducedMotion } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Button } from './button';
import { FormError } from './form-error';
import { Text } from './text';

interface DialogProps {
  title: string;
  lead?: string;
  confirm: string;
  danger?: boolean;
  disabled?: boolean;
  /** Closes the dialog when it has worked. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks before something is changed. Mount it to open it. */
export function Dialog({ title, lead, confirm, danger, disabled, onConfirm, onClose, children }: DialogProps) {
  const styles = useStyles();
  const { actions, states } = useTexts();
  const still = useReducedMotion();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      const problem = asProblem(error);
      setFailure(problem.isOffline ? states.offline : problem.detail || states.serverLead);
      setBusy(false);
    }
  };

  return (
    <Modal transparent animationType={still ? 'none' : 'fade'} onRequestClose={onClose}>
      <View style={styles.layer}>
        <Pressable aria-label={actions.close} role="button" tabIndex={-1} style={styles.shade} onPress={onClose} />
        <View role="dialog" aria-modal aria-label={title} style={styles.box}>
          <Text size="heading">{title}</Text>
          {lead && <Text size="small" tone="soft">{lead}</Text>}
          {children}
          <FormError text={failure} />
          <View style={styles.buttons}>
            <Button label={actions.cancel} onPress={onClose} />
            <Button label={confirm} kind={danger ? 'danger' : 'primary'} busy={busy} disabled={disabled} onPress={() => void go()} />
          </View>
        </View>
      </View>
    </Modal>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    layer: { flex: 1, alignItems: 'center', justifyContent: 'center', padding: space.xl },
    shade: { ...StyleSheet.absoluteFill, backgroundColor: c.shade },
    box: { width: '100%', maxWidth: 420, padding: space.xl, gap: space.m, borderRadius: radius.l, backgroundColor: c.raised, boxShadow: c.shadow, borderWidth: 1, borderColor: c.line },
    buttons: { flexDirection: 'row', justifyContent: 'flex-end', gap: space.s, marginTop: space.s },
  }),
);
