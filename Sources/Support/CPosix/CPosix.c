#define _GNU_SOURCE
#include "CPosix.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By number: glibc has wrappers for these two only since 2.36, and systems with an older one are in
   use. */
int cposix_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int cposix_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int cposix_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int cposix_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

const short cposix_spawn_new_session = POSIX_SPAWN_SETSID;

int cposix_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int cposix_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

static struct flock whole_file(short type) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

int cposix_lock_take(int descriptor) {
  struct flock lock = whole_file(F_WRLCK);
  return fcntl(descriptor, F_OFD_SETLK, &lock);
}

int cposix_lock_release(int descriptor) {
  struct flock lock = whole_file(F_UNLCK);
  return fcntl(descriptor, F_OFD_SETLK, &lock);
}

int cposix_lock_is_held(int descriptor) {
  struct flock lock = whole_file(F_WRLCK);
  if (fcntl(descriptor, F_OFD_GETLK, &lock) != 0) return -1;
  return lock.l_type != F_UNLCK;
}

void cposix_name_thread(const char *name) {
  char kept[16] = {0};
  strncpy(kept, name, sizeof kept - 1);
  (void)pthread_setname_np(pthread_self(), kept);
}

uid_t cposix_set_file_user(uid_t user) { return (uid_t)setfsuid(user); }
