import { useRouter } from 'expo-router';
import { useState } from 'react';
import { Pressable, ScrollView, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Icon } from '@/components/icon';
import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { shownTo, titleOf } from '@/services/payload';
import type { Approval } from '@/services/types';
import { themed } from '@/theme/theme';
import { radius, space, width, type Palette } from '@/theme/tokens';

import { ApprovalStateChip } from './approval-state';
import { Decision } from './decision';
import { counts, edited, sent, toggled, untouched, type Draft } from './draft';
import { MailView } from './mail-view';

/** Exactly what would be sent, where it comes from, and the decision on it. */
export function ApprovalView({ approval }: { approval: Approval }) {
  const styles = useStyles();
  const texts = useTexts();
  const { approvals, outbox } = texts;
  const router = useRouter();
  const [draft, setDraft] = useState<Draft>(untouched);
  const [editing, setEditing] = useState(0);
  const open = approval.may_decide;
  const several = approval.effects.length > 1;
  const { mails, recipients } = counts(open ? sent(approval, draft) : approval.effects.map(({ payload }) => payload));

  return (
    <ScrollView role="main" contentContainerStyle={styles.content}>
      <View style={styles.column}>
        <View style={styles.head}>
          <Text size="title" role="heading" aria-level={1} selectable>
            {approval.summary}
          </Text>
          <View style={styles.line}>
            <ApprovalStateChip state={approval.state} />
            <Text size="small" tone="soft" style={styles.grow}>
              {standing(approval, texts)}
            </Text>
          </View>
          {approval.state === 'pending' && <Text>{approval.why}</Text>}
          {approval.reason && <Text>{approvals.becauseOf(approval.reason)}</Text>}
          <Text size="small" tone="soft">
            {whatOf(approval.kind, mails, recipients, texts)} · {approvals.askedBy(approval.asked_by.name)}
          </Text>
        </View>

        {approval.effects.map((proposed, at) => {
          const edit = draft.edits[at];
          const view = (
            <MailView
              proposed={proposed}
              edit={edit}
              onEditing={(now) => setEditing((count) => count + (now ? 1 : -1))}
              onEdit={open ? (payload) => setDraft(edited(draft, at, payload, proposed.payload)) : undefined}
            />
          );
          if (!several) return <View key={at}>{view}</View>;
          const left = draft.left.includes(at);
          return (
            <MailRow
              key={at}
              title={titleOf(edit ?? proposed.payload, outbox.noSubject)}
              detail={(edit ?? proposed.payload).to.map(shownTo).join(', ')}
              changed={edit !== undefined}
              left={left}
              warned={proposed.origin.trust === 'outside'}
              onToggle={open ? () => setDraft(toggled(draft, at)) : undefined}
            >
              {view}
            </MailRow>
          );
        })}

        {open && editing === 0 && <Decision approval={approval} draft={draft} />}
        {approval.state === 'pending' && !open && <Text tone="soft">{approvals.managerDecides}</Text>}
        <View style={styles.foot}>
          <Button icon="message-circle" label={outbox.conversation} onPress={() => router.navigate(`/chat/${approval.conversation_id}`)} />
          <Text size="caption" tone="faint">
            {approvals.fingerprintLead}
          </Text>
          <Text size="caption" tone="faint" code selectable aria-label={`${outbox.fingerprint} ${approval.payload_hash}`}>
            {approval.payload_hash.match(/.{1,8}/g)?.join(' ')}
          </Text>
        </View>
      </View>
    </ScrollView>
  );
}

function whatOf(kind: Approval['kind'], effects: number, recipients: number, { approvals }: ReturnType<typeof useTexts>): string {
  if (kind === 'teams') return approvals.messages(effects);
  return kind === 'calendar' ? approvals.invitations(recipients) : approvals.counts(effects, recipients);
}

function standing(approval: Approval, texts: ReturnType<typeof useTexts>): string {
  if (approval.decided_at) return texts.approvals.decided(approval.decided_by?.name ?? '', longTime(approval.decided_at, texts));
  return texts.approvals.until(longTime(approval.expires_at, texts));
}

interface MailRowProps {
  title: string;
  detail: string;
  changed: boolean;
  left: boolean;
  warned: boolean;
  onToggle?: () => void;
  children: React.ReactNode;
}

/** One of several mails: a line that opens, with a box to leave it out. */
function MailRow({ title, detail, changed, left, warned, onToggle, children }: MailRowProps) {
  const styles = useStyles();
  const { approvals } = useTexts();
  const [shown, setShown] = useState(false);
  return (
    <View style={styles.row}>
      <View style={styles.line}>
        {onToggle && (
          <Pressable role="checkbox" aria-checked={!left} aria-label={approvals.include(detail)} onPress={onToggle} style={styles.box}>
            <Icon name={left ? 'square' : 'check-square'} tone={left ? 'faint' : 'accentText'} />
          </Pressable>
        )}
        <Pressable role="button" aria-expanded={shown} aria-label={`${title}, ${detail}`} onPress={() => setShown(!shown)} style={styles.opener}>
          <View style={styles.grow}>
            <Text size="strong" numberOfLines={1} tone={left ? 'faint' : 'text'}>
              {title}
            </Text>
            <Text size="small" tone={left ? 'faint' : 'soft'} numberOfLines={1}>
              {left ? approvals.leftOut(detail) : detail}
            </Text>
          </View>
          {changed && <Chip label={approvals.changed} tone="accent" />}
          {warned && <Icon name="alert-triangle" size={18} tone="coralText" />}
          <Icon name={shown ? 'chevron-up' : 'chevron-down'} tone="soft" />
        </Pressable>
      </View>
      {shown && <View style={styles.inside}>{children}</View>}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    content: { alignItems: 'center', paddingHorizontal: space.l, paddingVertical: space.xl },
    column: { width: '100%', maxWidth: width.reading, gap: space.l },
    head: { gap: space.s },
    line: { flexDirection: 'row', alignItems: 'center', gap: space.m },
    grow: { flex: 1, minWidth: 0 },
    row: { borderRadius: radius.m, borderWidth: 1, borderColor: c.line, backgroundColor: c.page, marginTop: -space.s },
    box: { width: 44, minHeight: 52, alignItems: 'center', justifyContent: 'center' },
    opener: { flex: 1, minWidth: 0, flexDirection: 'row', alignItems: 'center', gap: space.s, paddingVertical: 10, paddingHorizontal: space.m },
    inside: { padding: space.m, paddingTop: 0 },
    foot: { alignItems: 'flex-start', gap: space.s, paddingTop: space.l, borderTopWidth: 1, borderTopColor: c.line },
  }),
);
