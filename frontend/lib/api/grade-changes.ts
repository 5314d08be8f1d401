import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { gradesChanged } from './grades';
import type { ChangeRequest, ChangeRequestStatus } from './types';

export const CHANGES_PAGE_SIZE = 20;

/** Requests to change marks that are final, newest first. */
export function changeRequests(filter: {
  status?: ChangeRequestStatus;
  course_id?: string;
  page?: number;
  page_size?: number;
}) {
  return queryOptions({
    queryKey: ['grades', 'change-requests', filter],
    queryFn: ({ signal }) =>
      api.get('/grades/change-requests', { query: { page_size: CHANGES_PAGE_SIZE, ...filter }, signal }),
    placeholderData: keepPreviousData,
  });
}

export async function requestChange(
  enrollmentId: string,
  body: { reason: string; cells: { assignment_name: string; score: string }[] },
): Promise<ChangeRequest> {
  const request = await api.post('/grades/enrollment/{enrollment_id}/change-requests', {
    path: { enrollment_id: enrollmentId },
    body,
  });
  await gradesChanged();
  return request;
}

export async function decideChange(id: string, decision: 'approve' | 'reject', note: string): Promise<void> {
  await api.put('/grades/change-requests/{id}', {
    path: { id },
    body: { decision, note: note || undefined },
  });
  await gradesChanged();
}
