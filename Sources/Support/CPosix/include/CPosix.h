/* What Linux and glibc have and Swift's module of the C library does not show: calls that need
   _GNU_SOURCE, calls that are younger than that module, and their numbers. Each answers as the call
   that it stands for: -1 and errno, or, where the comment says so, the error's number. */
#ifndef CPOSIX_H
#define CPOSIX_H

#include <spawn.h>
#include <sys/types.h>

/* ---- processes ---- */

/* A descriptor that stands for one process and is readable once that has ended. */
int cposix_pidfd_open(pid_t process);
int cposix_pidfd_send_signal(int pidfd, int signal);

/* Both answer an error's number. */
int cposix_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
int cposix_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path);

/* For posix_spawnattr_setflags: the child leads a session of its own. */
extern const short cposix_spawn_new_session;

/* ---- descriptors; all of them are closed on exec ---- */

int cposix_pipe(int ends[2]);

/* An empty file without a directory entry, whose name shows in /proc. */
int cposix_memory_file(const char *name);

/* ---- a lock on a whole file that belongs to its open description ---- */

/* Does not wait: EAGAIN where somebody else has it. */
int cposix_lock_take(int descriptor);
int cposix_lock_release(int descriptor);
/* 1: somebody else has it; 0: nobody else has. */
int cposix_lock_is_held(int descriptor);

/* ---- threads ---- */

/* For debuggers; 15 bytes of it are kept. */
void cposix_name_thread(const char *name);

/* Gives the calling thread another user's permissions for files; answers the user before. */
uid_t cposix_set_file_user(uid_t user);

#endif
