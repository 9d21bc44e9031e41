import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Field } from '@/components/field';
import { Fact } from '@/components/fact';
import { FileCard } from '@/components/file-card';
import { Icon } from '@/components/icon';
import { Text } from '@/components/text';
import { eventTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { useFileActions } from '@/screens/files/file-actions';
import { isMessage, shownTo, timeTyped, typedTime } from '@/services/payload';
import type { Payload, Proposed } from '@/services/types';
import { useMe } from '@/stores/me';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { addressesIn, isOutside } from './draft';

interface MailViewProps {
  proposed: Proposed;
  /** As it was changed. */
  edit?: Payload;
  /** Takes a changed mail; absent where it can't be changed. */
  onEdit?: (payload: Payload) => void;
  /** Told when the fields are opened and closed. */
  onEditing?: (editing: boolean) => void;
}

/** A mail, a message in Teams or an invitation as it will be sent, byte for byte: its text is text, whatever it looks like. */
export function MailView({ proposed, edit, onEdit, onEditing }: MailViewProps) {
  const styles = useStyles();
  const texts = useTexts();
  const { approvals, outbox, actions } = texts;
  const { open, download } = useFileActions();
  const [editing, setOpen] = useState(false);
  const setEditing = (next: boolean) => {
    setOpen(next);
    onEditing?.(next);
  };
  const mail = edit ?? proposed.payload;
  const message = isMessage(proposed.payload);
  const outside = proposed.origin.values.filter((value) => value.trust === 'outside');

  if (editing && onEdit) {
    return (
      <MailEditor
        mail={mail}
        onSave={(changed) => {
          onEdit(changed);
          setEditing(false);
        }}
        onCancel={() => setEditing(false)}
      />
    );
  }
  return (
    <View style={styles.mail}>
      {mail.when && (
        <Fact label={outbox.when}>
          <Text size="small" selectable>
            {eventTime(mail.when, texts)}
          </Text>
        </Fact>
      )}
      <Fact label={mail.when ? outbox.invited : outbox.to}>
        <Addresses addresses={mail.to} />
      </Fact>
      {mail.cc.length > 0 && (
        <Fact label={outbox.cc}>
          <Addresses addresses={mail.cc} />
        </Fact>
      )}
      <View style={styles.letter}>
        {mail.subject !== '' && (
          <Text size="strong" selectable>
            {mail.subject}
          </Text>
        )}
        {mail.body !== '' && <Text selectable>{mail.body}</Text>}
        {mail.when?.online && (
          <Text size="small" tone="soft">
            {outbox.online}
          </Text>
        )}
      </View>
      {mail.attachments.map((file) => (
        <FileCard key={file.id} file={file} onOpen={() => open(file)} onDownload={() => void download(file)} />
      ))}
      {outside.length > 0 && (
        <View role="note" aria-label={approvals.fromOutside} style={styles.warning}>
          <Icon name="alert-triangle" size={18} tone="coralText" />
          <View style={styles.grow}>
            <Text size="strong" tone="coralText">
              {approvals.fromOutside}
            </Text>
            {outside.map((value) => (
              <Text key={`${value.argument} ${value.value}`} size="small" selectable>
                {approvals.valueFrom(value.value, value.from)}
              </Text>
            ))}
          </View>
        </View>
      )}
      <Sources proposed={proposed} />
      {onEdit && (
        <View style={styles.tools}>
          <Button kind="quiet" icon="edit-2" label={mail.when ? approvals.editEvent : message ? approvals.editMessage : approvals.edit} onPress={() => setEditing(true)} />
          {edit && (
            <>
              <Chip label={approvals.changed} tone="accent" icon="edit-2" />
              <Button kind="quiet" icon="rotate-ccw" label={actions.reset} onPress={() => onEdit(proposed.payload)} />
            </>
          )}
        </View>
      )}
    </View>
  );
}

/** Where the values come from that nothing from outside has a part in. */
function Sources({ proposed }: { proposed: Proposed }) {
  const { approvals } = useTexts();
  const known = proposed.origin.values.filter((value) => value.trust !== 'outside');
  if (known.length === 0) return null;
  return (
    <View role="list" aria-label={approvals.sources}>
      {known.map((value) => (
        <Text key={`${value.argument} ${value.value}`} role="listitem" size="caption" tone="faint">
          {approvals.valueFrom(value.value, value.from)}
        </Text>
      ))}
    </View>
  );
}

function Addresses({ addresses }: { addresses: string[] }) {
  const styles = useStyles();
  const { approvals } = useTexts();
  const own = useMe((s) => s.person?.email ?? '');
  return (
    <View style={styles.chips}>
      {addresses.map((address) =>
        address.includes('@') && isOutside(address, own) ? (
          <Chip key={address} tone="coral" icon="external-link" label={`${address} · ${approvals.outside}`} />
        ) : (
          <Chip key={address} label={shownTo(address)} />
        ),
      )}
    </View>
  );
}

function MailEditor({ mail, onSave, onCancel }: { mail: Payload; onSave: (payload: Payload) => void; onCancel: () => void }) {
  const styles = useStyles();
  const { approvals, outbox, actions } = useTexts();
  const [to, setTo] = useState(mail.to.join(', '));
  const [cc, setCc] = useState(mail.cc.join(', '));
  const [subject, setSubject] = useState(mail.subject);
  const [body, setBody] = useState(mail.body);
  const [start, setStart] = useState(typedTime(mail.when?.start ?? ''));
  const [end, setEnd] = useState(typedTime(mail.when?.end ?? ''));
  const when = whenTyped(mail, start, end);
  const message = isMessage(mail);
  const toChannel = message && mail.to.some((one) => !one.includes('@'));
  const plain = { autoCapitalize: 'none', autoCorrect: false, inputMode: 'email' } as const;
  const titled = mail.when ? when !== null : addressesIn(to).length > 0;
  const whole = message ? body.trim() !== '' : titled && subject.trim() !== '';
  const changed = message
    ? { ...mail, subject: subject.trim(), body }
    : { ...mail, to: addressesIn(to), cc: addressesIn(cc), subject: subject.trim(), body, ...(when ? { when } : {}) };
  return (
    <View style={styles.mail}>
      {message ? (
        <Fact label={outbox.to}>
          <Addresses addresses={mail.to} />
        </Fact>
      ) : (
        <>
          <Field label={mail.when ? outbox.invited : outbox.to} value={to} onChangeText={setTo} {...plain} />
          {!mail.when && <Field label={outbox.cc} value={cc} onChangeText={setCc} {...plain} />}
        </>
      )}
      {(!message || toChannel) && <Field label={message || mail.when ? approvals.channelTitle : approvals.subject} value={subject} onChangeText={setSubject} />}
      {mail.when && (
        <>
          <Field label={approvals.start} value={start} onChangeText={setStart} hint={approvals.timeHint(mail.when.time_zone)} />
          <Field label={approvals.end} value={end} onChangeText={setEnd} />
        </>
      )}
      <Field label={approvals.body} value={body} onChangeText={setBody} multiline numberOfLines={10} />
      <View style={styles.tools}>
        <Button
          kind="primary"
          label={actions.save}
          disabled={!whole}
          onPress={() => onSave(changed)}
        />
        <Button kind="quiet" label={actions.cancel} onPress={onCancel} />
      </View>
    </View>
  );
}

/** The times of an event as they were typed; null while they are none. */
function whenTyped({ when }: Payload, start: string, end: string): Payload['when'] {
  const [from, to] = [timeTyped(start), timeTyped(end)];
  return when && from && to && from < to ? { ...when, start: from, end: to } : null;
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    mail: { gap: space.m },
    grow: { flex: 1, minWidth: 0, gap: 2 },
    chips: { flexDirection: 'row', flexWrap: 'wrap', gap: 6 },
    letter: { gap: space.m, padding: space.l, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    warning: { flexDirection: 'row', gap: space.s, padding: space.m, borderRadius: radius.m, backgroundColor: c.coralWash },
    tools: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: space.s },
  }),
);
