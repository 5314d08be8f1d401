import axios from 'axios';
import { Problem } from './problem';

/** What the stand-in for Stripe says of an intent; the same words as Stripe's. */
interface Intent {
  id: string;
  status: 'requires_payment_method' | 'requires_action' | 'processing' | 'succeeded' | 'canceled';
}

export interface Card {
  number: string;
  expiry: string;
  cvc: string;
}

interface Access {
  apiUrl: string;
  publishableKey: string;
  clientSecret: string;
}

const intentOf = (clientSecret: string) => clientSecret.split('_secret')[0] ?? '';

/** As Stripe.js does it: the card goes to the provider and never to our server. */
async function send(access: Access, action: string, fields: Record<string, string>): Promise<Intent> {
  const form = new URLSearchParams({
    key: access.publishableKey,
    client_secret: access.clientSecret,
    ...fields,
  });
  try {
    const url = `${access.apiUrl}/v1/payment_intents/${intentOf(access.clientSecret)}/${action}`;
    const { data } = await axios.post<Intent>(url, form, { timeout: 20_000 });
    return data;
  } catch (error) {
    const refusal = axios.isAxiosError(error) ? error.response?.data?.error : undefined;
    throw new Problem({
      status: axios.isAxiosError(error) ? error.response?.status : undefined,
      code: refusal?.code ?? 'network',
      detail:
        refusal?.message ?? 'The card service did not answer. Your card was not charged twice; try again.',
    });
  }
}

export function confirmCard(access: Access, { number, expiry, cvc }: Card): Promise<Intent> {
  const [month = '', year = ''] = expiry.split('/').map((part) => part.trim());
  return send(access, 'confirm', {
    'payment_method_data[type]': 'card',
    'payment_method_data[card][number]': number,
    'payment_method_data[card][exp_month]': month,
    'payment_method_data[card][exp_year]': year,
    'payment_method_data[card][cvc]': cvc,
  });
}

export function answerBank(access: Access, outcome: 'accept' | 'refuse'): Promise<Intent> {
  return send(access, 'authenticate', { outcome });
}
