import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { session } from '../session';
import { api } from './client';
import { queryClient } from './query-client';
import type { CreateUser, UpdateUser, User, UserFilter } from './types';

export function userList(filter: UserFilter) {
  return queryOptions({
    queryKey: ['users', 'list', filter],
    queryFn: ({ signal }) => api.get('/users', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

export function userDetail(id: string) {
  return queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => api.get('/users/{id}', { path: { id }, signal }),
    enabled: id !== '',
  });
}

export async function createUser(body: CreateUser): Promise<User> {
  const user = await api.post('/users', { body });
  await queryClient.invalidateQueries({ queryKey: ['users'] });
  return user;
}

/** Refused with 412 if somebody changed the person after `version`. */
export async function updateUser(id: string, version: number, body: UpdateUser): Promise<User> {
  const user = await api.put('/users/{id}', { path: { id }, body, ifMatch: version });
  await queryClient.invalidateQueries({ queryKey: ['users'] });
  return user;
}

export async function deactivateUser(id: string): Promise<void> {
  await api.delete('/users/{id}', { path: { id } });
  await queryClient.invalidateQueries({ queryKey: ['users'] });
}

export async function updateProfile(id: string, body: { full_name: string }): Promise<void> {
  session.update(await api.put('/users/{id}', { path: { id }, body }));
}

/** Ends every other session of the person; this one goes on. */
export async function changePassword(
  user: User,
  body: { password: string; current_password: string },
): Promise<void> {
  await api.put('/users/{id}', { path: { id: user.id }, body });
}
