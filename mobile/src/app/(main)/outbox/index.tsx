export { OutboxHomeScreen as default } from '@/screens/outbox/outbox-home-screen';
