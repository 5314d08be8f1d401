import type { Finding } from '@/lib/api/types';
import { eventWords } from '@/lib/event-words';

export const findingKinds: Record<Finding['kind'], string> = {
  missing_intent: 'Never reached the provider',
  unlinked_intent: 'Made at the provider, not written down here',
  second_intent: 'Made twice at the provider',
  orphan_intent: 'Known to the provider only',
  vanished_intent: 'Known to us only',
  missed_event: 'News that never came',
  amount_differs: 'The amounts differ',
  status_differs: 'The states differ',
  missing_refund: 'Refund never reached the provider',
  orphan_refund: 'Refund known to the provider only',
  refund_differs: 'The refunds differ',
};

/** What each side says; of news that never came, what happened. */
export const findingDetail = ({ kind, detail }: Pick<Finding, 'kind' | 'detail'>) =>
  kind === 'missed_event' ? eventWords(detail) : detail;
