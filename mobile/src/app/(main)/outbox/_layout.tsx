export { OutboxSection as default } from '@/screens/outbox/outbox-section';
