// A short name for each thing of the server, from the generated schema.
import type { components } from './schema';

export type { paths } from './schema';

type Schemas = components['schemas'];

export type Person = Schemas['PersonView'];
/** Something that a role can allow. */
export type Permission = Person['permissions'][number];
export type Session = Schemas['SignIn'];
/** A sign-in of the person that goes on. */
export type SignedInSession = Schemas['SessionView'];
export type Conversation = Schemas['ConversationView'];
export type Message = Schemas['MessageView'];
export type Run = Schemas['RunView'];
export type RunState = Run['state'];
export type Usage = Schemas['UsageView'];
export type RunEvent = Schemas['EventView'];
/** A file; as an attachment of a mail without the time and the run that made it. */
export type StoredFile = Schemas['AttachmentView'] & Partial<Pick<Schemas['FileView'], 'created_at' | 'run_id'>>;
export type Effect = Schemas['EffectView'];
export type EffectState = Effect['state'];
export type Approval = Schemas['ApprovalView'];
export type ApprovalState = Approval['state'];
export type Proposed = Approval['effects'][number];
export type Payload = Proposed['payload'];
/** The times of an event. */
export type When = NonNullable<Payload['when']>;
export type Account = Schemas['AccountView'];
export type RoleRights = Schemas['RoleView'];
export type StandingApproval = Schemas['StandingApprovalView'];
export type Skill = Schemas['SkillView'];
export type Schedule = Schemas['ScheduleView'];
/** When a schedule comes. */
export type ScheduleRule = Schemas['RuleView'];
/** What becomes of times that the server was not there for. */
export type Misfire = Schedule['misfire'];
export type MakeSchedule = Schemas['NewSchedule'];
export type ChangeSchedule = Schemas['UpdateSchedule'];
export type Occurrence = Schemas['OccurrenceView'];
/** A phone that the person is told on. */
export type Device = Schemas['DeviceView'];
export type NotificationSettings = Schemas['NotificationSettings'];
export type Memory = Schemas['MemoryView'];
/** Who sends webhooks. */
export type WebhookSource = Schemas['SourceView'];
/** A received webhook. */
export type Delivery = Schemas['DeliveryView'];
/** Another system that is told what happens. */
export type Endpoint = Schemas['EndpointView'];
export type NewEndpoint = Schemas['NewEndpoint'];
export type ChangedEndpoint = Schemas['ChangeEndpoint'];
/** Something that an endpoint is told. */
export type Sending = Schemas['SendingView'];
/** The account that posts in Teams. */
export type ServiceAccount = Schemas['ServiceAccountView'];
/** A document of the knowledge base. */
export type KnowledgeDocument = Schemas['DocumentView'];
/** Something that a search has found. */
export type Hit = Schemas['HitView'];
export type UsageMonth = Schemas['UsageMonthView'];
export type UsageItem = Schemas['UsageItemView'];
export type Rates = Schemas['RatesView'];
export type Budget = Schemas['BudgetView'];
export type SetBudget = Schemas['SetBudget'];
export type AuditEntry = Schemas['AuditEntryView'];
export type AuditAction = AuditEntry['action'];
/** Which entries of the audit log: those of an action, those of the person with an email address. */
export interface AuditFilter {
  action?: AuditAction;
  person?: string;
}
export type ProblemBody = Schemas['ProblemBody'];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
