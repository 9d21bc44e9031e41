export { EffectScreen as default } from '@/screens/outbox/effect-screen';
