/* Linux and glibc calls that Swift's Glibc module does not export, since they need _GNU_SOURCE or
   are too new. Each returns what the wrapped call returns: -1 with errno, or an error number where
   the comment says so. */
#ifndef CPOSIX_H
#define CPOSIX_H

#include <spawn.h>
#include <sys/types.h>

/* ---- processes ---- */

/* Opens a descriptor that refers to one process and is readable after its end. */
int cposix_pidfd_open(pid_t process);
int cposix_pidfd_send_signal(int pidfd, int signal);

/* Both return an error number. */
int cposix_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
int cposix_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path);

/* For posix_spawnattr_setflags: the child starts a session of its own. */
extern const short cposix_spawn_new_session;

/* ---- descriptors; all are closed on exec ---- */

int cposix_pipe(int ends[2]);

/* Creates an empty file without a directory entry; its name shows in /proc. */
int cposix_memory_file(const char *name);

/* ---- a lock on a whole file, owned by an open file description ---- */

/* Does not block: fails with EAGAIN if another description holds the lock. */
int cposix_lock_take(int descriptor);
int cposix_lock_release(int descriptor);
/* 1 if another description holds the lock, else 0. */
int cposix_lock_is_held(int descriptor);

/* ---- threads ---- */

/* Names the calling thread for debuggers; keeps 15 bytes. */
void cposix_name_thread(const char *name);

/* Sets the user that file permissions of the calling thread are checked for; returns the previous
   one. */
uid_t cposix_set_file_user(uid_t user);

#endif
