import { useRouter } from 'expo-router';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Choice } from '@/components/choice';
import { Field } from '@/components/field';
import { FormError } from '@/components/form-error';
import { Switch } from '@/components/switch';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { addressesIn } from '@/screens/approvals/draft';
import { asProblem } from '@/services/problem';
import { changeSchedule, makeSchedule } from '@/services/schedules';
import type { Misfire, Schedule } from '@/services/types';
import { themed, useWide } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { fieldOf, freshWhen, ruleOf, sameWhen, whenOf, type WhenField } from './when';
import { WhenFields } from './when-fields';

const misfires = ['latest', 'all', 'skip'] as const satisfies readonly Misfire[];

type Errors = Partial<Record<'name' | 'request' | 'deliver' | 'misfire' | WhenField, string>>;

/** Makes a schedule, or changes one. */
export function ScheduleForm({ schedule }: { schedule?: Schedule }) {
  const styles = useStyles();
  const { schedules: words, actions, states } = useTexts();
  const router = useRouter();
  const wide = useWide();
  const [before] = useState(() => (schedule ? whenOf(schedule.rule, new Date()) : freshWhen(new Date())));
  const [name, setName] = useState(schedule?.name ?? '');
  const [request, setRequest] = useState(schedule?.request ?? '');
  const [when, setWhen] = useState(before);
  const [emails, setEmails] = useState(schedule?.deliver.email?.join(', ') ?? '');
  const [channel, setChannel] = useState(schedule?.deliver.teams_channel ?? '');
  const [push, setPush] = useState(schedule?.deliver.push ?? true);
  const [misfire, setMisfire] = useState<Misfire>(schedule?.misfire ?? 'latest');
  const [errors, setErrors] = useState<Errors>({});
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // What is wrong may be far above the button.
  const failure = refusal ?? errors.misfire ?? (Object.values(errors).some(Boolean) ? words.lookAgain : null);
  const leave = () => router.dismissTo('/schedules');
  const right = (...fields: (keyof Errors)[]) => setErrors((known) => ({ ...known, ...Object.fromEntries(fields.map((field) => [field, undefined])) }));

  const save = async () => {
    const read = ruleOf(when);
    const wrong: Errors = {
      ...(name.trim() ? {} : { name: words.wrong.name }),
      ...(request.trim() ? {} : { request: words.wrong.request }),
      ...('wrong' in read ? Object.fromEntries(read.wrong.map((field) => [field, words.wrong[field]])) : {}),
    };
    setErrors(wrong);
    setRefusal(null);
    if ('wrong' in read || Object.keys(wrong).length > 0) return;
    setBusy(true);
    try {
      const deliver = { email: addressesIn(emails), teams_channel: channel.trim() || null, push };
      const whole = { name: name.trim(), request: request.trim(), deliver, rule: read.rule, misfire };
      if (schedule) await changeSchedule(schedule.id, changes(schedule, whole, sameWhen(before, when)));
      else await makeSchedule(whole);
      leave();
    } catch (error) {
      const { isOffline, detail, fields } = asProblem(error);
      const { rule, ...others } = fields;
      const known: Errors = { ...others, ...(rule ? { [fieldOf(when, rule)]: rule } : {}) };
      setErrors(known);
      if (Object.keys(known).length === 0) setRefusal(isOffline ? states.offlineLead : detail || states.serverLead);
      setBusy(false);
    }
  };

  return (
    <View role="form" aria-label={schedule ? words.edit : words.new} style={[styles.form, wide && styles.roomy]}>
      <Field
        label={words.name}
        placeholder={words.nameExample}
        value={name}
        onChangeText={(text) => {
          setName(text);
          right('name');
        }}
        error={errors.name}
        maxLength={120}
        autoFocus={!schedule && wide}
      />
      <Field
        label={words.requestLabel}
        placeholder={words.requestExample}
        hint={schedule?.skill ? words.requestSet : words.requestHint}
        editable={!schedule?.skill}
        value={request}
        onChangeText={(text) => {
          setRequest(text);
          right('request');
        }}
        error={errors.request}
        maxLength={5000}
        multiline
        numberOfLines={3}
      />
      <WhenFields
        when={when}
        errors={errors}
        onChange={(changed, ...fields) => {
          setWhen(changed);
          right(...fields);
        }}
      />
      <Field
        label={words.emails}
        hint={words.emailsHint}
        value={emails}
        onChangeText={(text) => {
          setEmails(text);
          right('deliver');
        }}
        autoCapitalize="none"
        autoCorrect={false}
        inputMode="email"
      />
      <Field
        label={words.channel}
        hint={words.channelHint}
        value={channel}
        onChangeText={(text) => {
          setChannel(text);
          right('deliver');
        }}
        error={errors.deliver}
        autoCapitalize="none"
        autoCorrect={false}
        maxLength={100}
      />
      <Switch label={words.push} hint={words.pushHint} on={push} onChange={setPush} />
      <Choice
        label={words.misfire}
        options={misfires.map((value) => ({ value, label: words.misfires[value] }))}
        value={misfire}
        onChange={setMisfire}
        hint={words.misfireHints[misfire]}
      />
      <FormError text={failure} />
      <View style={styles.buttons}>
        <Button label={actions.cancel} onPress={leave} />
        <Button kind="primary" label={actions.save} busy={busy} onPress={() => void save()} />
      </View>
    </View>
  );
}

interface Whole {
  name: string;
  request: string;
  deliver: Schedule['deliver'];
  rule: Schedule['rule'];
  misfire: Misfire;
}

/** What is new; a rule that is sent again would begin its times anew. */
function changes(before: Schedule, now: Whole, sameRule: boolean): Partial<Whole> {
  return {
    ...(now.name !== before.name ? { name: now.name } : {}),
    ...(now.request !== before.request ? { request: now.request } : {}),
    ...(sameDeliver(now.deliver, before.deliver) ? {} : { deliver: now.deliver }),
    ...(sameRule ? {} : { rule: now.rule }),
    ...(now.misfire !== before.misfire ? { misfire: now.misfire } : {}),
  };
}

const sameDeliver = (one: Schedule['deliver'], other: Schedule['deliver']): boolean =>
  (one.email ?? []).join() === (other.email ?? []).join() && (one.teams_channel ?? null) === (other.teams_channel ?? null) && (one.push ?? true) === (other.push ?? true);

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    form: { gap: space.xl, padding: space.l, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    roomy: { padding: space.xl },
    buttons: { flexDirection: 'row', justifyContent: 'flex-end', gap: space.s },
  }),
);
