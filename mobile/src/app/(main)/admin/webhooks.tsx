export { WebhooksScreen as default } from '@/screens/admin/webhooks-screen';
