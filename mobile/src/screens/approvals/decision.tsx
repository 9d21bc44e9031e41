import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { FormError } from '@/components/form-error';
import { Text } from '@/components/text';
import { useAttempt } from '@/components/use-attempt';
import { useTexts } from '@/i18n/texts';
import { approve, reject } from '@/services/approvals';
import type { Approval } from '@/services/types';
import { space } from '@/theme/tokens';

import { counts, payloadOf, sent, type Draft } from './draft';

/** Yes or no; one press decides once. */
export function Decision({ approval, draft }: { approval: Approval; draft: Draft }) {
  const { approvals } = useTexts();
  const [asking, setAsking] = useState(false);
  const { mails } = counts(sent(approval, draft));
  const { busy, refusal, attempt } = useAttempt(() => approve(approval, payloadOf(approval, draft)));

  return (
    <View style={styles.decision}>
      <FormError text={refusal} />
      <View style={styles.buttons}>
        <Button kind="primary" icon="check" label={approvals.approve(mails)} busy={busy} disabled={mails === 0} onPress={() => void attempt()} />
        <Button kind="danger" icon="x" label={approvals.reject} disabled={busy} onPress={() => setAsking(true)} />
      </View>
      {mails === 0 && (
        <Text size="small" tone="soft">
          {approvals.nothingLeft}
        </Text>
      )}
      {asking && <RejectDialog approval={approval} onClose={() => setAsking(false)} />}
    </View>
  );
}

function RejectDialog({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const { approvals } = useTexts();
  const [reason, setReason] = useState('');
  return (
    <Dialog title={approvals.rejectTitle} lead={approvals.rejectLead} confirm={approvals.reject} danger onConfirm={() => reject(approval, reason)} onClose={onClose}>
      <Field label={approvals.reason} value={reason} onChangeText={setReason} maxLength={1000} autoFocus />
    </Dialog>
  );
}

const styles = StyleSheet.create({
  decision: { gap: space.s },
  buttons: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
});
