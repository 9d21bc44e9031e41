import { StyleSheet, View } from 'react-native';

import { Choice } from '@/components/choice';
import { Field } from '@/components/field';
import { Segmented } from '@/components/segmented';
import { weekdayName } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { space } from '@/theme/tokens';

import { kinds, needed, withKind, type When, type WhenField } from './when';

const units = ['minutes', 'hours'] as const;
/** As people here count the days of a week. */
const weekdays = [1, 2, 3, 4, 5, 6, 0];
const plain = { autoCapitalize: 'none', autoCorrect: false } as const;

interface WhenFieldsProps {
  when: When;
  errors: Partial<Record<WhenField, string>>;
  /** With the fields that are not known to be wrong any more. */
  onChange: (when: When, ...changed: WhenField[]) => void;
}

/** When a schedule comes: a kind, and what it needs. */
export function WhenFields({ when, errors, onChange }: WhenFieldsProps) {
  const texts = useTexts();
  const { schedules: words } = texts;
  const { kind } = when;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const text = (field: WhenField) => ({
    label: words.fields[field],
    value: when[field],
    error: errors[field],
    onChangeText: (typed: string) => onChange({ ...when, [field]: typed }, field),
  });
  const needs = (field: WhenField) => needed[kind].includes(field);
  return (
    <View style={styles.fields}>
      <Choice
        label={words.when}
        options={kinds.map((value) => ({ value, label: words.kinds[value] }))}
        value={kind}
        onChange={(chosen) => onChange(withKind(when, chosen), ...needed[kind])}
      />
      {kind === 'weekly' && (
        <Choice
          label={words.weekday}
          even
          options={weekdays.map((value) => ({ value, label: weekdayName(value, 'short', texts), spoken: weekdayName(value, 'long', texts) }))}
          value={when.weekday}
          onChange={(weekday) => onChange({ ...when, weekday })}
        />
      )}
      {needs('cron') && <Field {...text('cron')} {...plain} hint={words.cronHint} placeholder="0 9 * * 1" />}
      {needs('count') && (
        <Field
          {...text('count')}
          inputMode="numeric"
          maxLength={6}
          end={
            <Segmented
              label={words.unit}
              options={units.map((value) => ({ value, label: words.units[value] }))}
              value={when.unit}
              onChange={(unit) => onChange({ ...when, unit }, 'count')}
            />
          }
        />
      )}
      {(needs('time') || needs('zone')) && (
        <View style={styles.row}>
          {needs('day') && (
            <View style={styles.short}>
              <Field {...text('day')} inputMode="numeric" maxLength={2} />
            </View>
          )}
          {needs('date') && (
            <View style={styles.long}>
              <Field {...text('date')} {...plain} placeholder="2026-12-31" hint={words.hereHint(here)} />
            </View>
          )}
          {needs('time') && (
            <View style={styles.short}>
              <Field {...text('time')} {...plain} placeholder="09:00" maxLength={5} />
            </View>
          )}
          {needs('zone') && (
            <View style={styles.long}>
              <Field {...text('zone')} {...plain} placeholder="Asia/Singapore" />
            </View>
          )}
        </View>
      )}
    </View>
  );
}

const styles = StyleSheet.create({
  fields: { gap: space.l },
  row: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'flex-start', gap: space.m },
  short: { flexGrow: 1, flexBasis: 110, minWidth: 0 },
  long: { flexGrow: 2, flexBasis: 200, minWidth: 0 },
});
