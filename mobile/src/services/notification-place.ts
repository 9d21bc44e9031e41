const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The page that a notification is about, by the ids it carries: its run's conversation, else its schedule. */
export function notificationPlace(data: unknown): `/chat/${string}` | `/schedules/${string}` | null {
  if (typeof data !== 'object' || data === null) return null;
  const { conversation_id: conversation, schedule_id: schedule } = data as Record<string, unknown>;
  if (typeof conversation === 'string' && id.test(conversation)) return `/chat/${conversation}`;
  if (typeof schedule === 'string' && id.test(schedule)) return `/schedules/${schedule}`;
  return null;
}
