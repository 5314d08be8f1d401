import { QueryClient } from '@tanstack/react-query';
import { session } from '../session';
import { Problem } from './problem';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // The server's answer to a wrong question will not change; a lost connection may come back.
      retry: (count, error) =>
        count < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
    },
  },
});

// Nothing of one person may be left for the next on the same screen.
session.subscribe(() => {
  const state = session.state();
  // Where nobody ever was, there is only what is for everybody.
  if (state.status === 'signed-out' && state.why !== 'never') queryClient.clear();
});
