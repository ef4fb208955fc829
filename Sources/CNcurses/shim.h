/* What Swift cannot call of ncurses and of the C library: macros, variadic functions and mutable
   globals, as plain functions. Only `Dashboard` imports this. */
#ifndef CNCURSES_SHIM_H
#define CNCURSES_SHIM_H

#define NCURSES_WIDECHAR 1

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include <ncurses.h>
#include <term.h>

/* ---- globals of ncurses; Swift 6 refuses to read a mutable one ---- */

static inline WINDOW *cn_stdscr(void) { return stdscr; }
static inline WINDOW *cn_curscr(void) { return curscr; }
static inline int cn_colors(void) { return COLORS; }

/* ---- attributes and the mouse: macros with casts ---- */

static const attr_t CN_BOLD = WA_BOLD, CN_REVERSE = WA_REVERSE, CN_UNDERLINE = WA_UNDERLINE,
                    CN_DIM = WA_DIM, CN_ITALIC = WA_ITALIC;
static const mmask_t CN_MOUSE_PRESS = BUTTON1_PRESSED, CN_MOUSE_WHEEL_UP = BUTTON4_PRESSED,
                     CN_MOUSE_WHEEL_DOWN = BUTTON5_PRESSED;
static const int CN_KEY_F0 = KEY_F0;

/* ---- cells ---- */

/* One cell filled in place, which costs a fifth of setcchar. As setcchar does, the low eight bits
   of the colour pair stand in the attributes too. `count` scalars, at most CCHARW_MAX. */
static inline void cn_cell(cchar_t *out, const wchar_t *scalars, int count, attr_t attributes,
                           int pair) {
  memset(out, 0, sizeof *out);
  for (int i = 0; i < count && i < CCHARW_MAX; i++) out->chars[i] = scalars[i];
  out->attr = attributes | (attr_t)COLOR_PAIR(pair > 255 ? 255 : pair);
  out->ext_color = pair;
}

/* wchar.h declares it for X/Open sources only. */
extern int wcwidth(wchar_t);
static inline int cn_width(wchar_t scalar) { return wcwidth(scalar); }

/* Takes the locale of that name ("": of the environment) for characters. */
static inline int cn_locale_is_utf8(const char *name) {
  return setlocale(LC_CTYPE, name) != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* ---- terminfo ---- */

/* Whether the host knows this kind of terminal. */
static inline int cn_knows(const char *name, int descriptor) {
  int reason = 0;
  if (setupterm(name, descriptor, &reason) != OK) return 0;
  const char *address = tigetstr("cup");
  int usable = address != NULL && address != (char *)-1;
  TERMINAL *mine = cur_term;
  set_curterm(NULL);
  del_curterm(mine);
  return usable;
}

/* Colour numbers are 0xRRGGBB; the capability may be of any type. */
static inline int cn_is_direct(void) {
  const char *text = tigetstr("RGB");
  return tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || (text != NULL && text != (char *)-1);
}

/* ---- signals ---- */

/* Blocks the signals in the calling thread, and in the threads that it starts from then on;
   answers a descriptor from which they are read. -1 on failure. */
static inline int cn_signal_gate(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The next signal that came, or 0. */
static inline int cn_signal_next(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t got = read(descriptor, &info, sizeof info);
  return got == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

/* Stops the process, or its whole group, as the terminal's own key would; answers once it runs
   again. The kernel leaves a group running that no shell could wake (POSIX calls it orphaned). */
static inline void cn_stop(int signal, int group) {
  struct sigaction standard, before;
  memset(&standard, 0, sizeof standard);
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, &before);
  sigset_t set, mask;
  sigemptyset(&set);
  sigaddset(&set, signal);
  kill(group ? 0 : getpid(), signal);
  pthread_sigmask(SIG_UNBLOCK, &set, &mask);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  sigaction(signal, &before, NULL);
}

/* ---- crashes ---- */

#define CN_RESCUED 6

/* What the handler needs, prepared beforehand: it may call nothing but what is safe in a signal
   handler. Swift may compile one copy of this header's statics for each file that uses them:
   cn_rescue_arm and cn_rescue_disarm are called from one file. */
struct cn_rescue {
  volatile sig_atomic_t armed;
  int terminal, errors, captured, chained;
  struct termios modes;
  struct sigaction before[CN_RESCUED];
};

/* Within a function, because Swift emits no variable of a header that has no first value. */
static inline struct cn_rescue *cn_rescue_state(void) {
  static struct cn_rescue state;
  return &state;
}

static const int cn_rescued[CN_RESCUED] = {SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE};

/* Mouse, paste, focus and synchronized output off, keypad off, cursor on, main screen, plain
   text. */
static const char cn_rescue_text[] =
    "\033[?1006;1003;1002;1000l\033[?2004l\033[?1004l\033[?2026l\033[?1l\033>"
    "\033[?25h\033[?1049l\033[m\r\n";

/* Gives the terminal back, shows what was last written to the captured standard error, and ends
   the process by the same signal. */
static void cn_rescue_handler(int signal) {
  struct cn_rescue *rescue = cn_rescue_state();
  if (rescue->armed) {
    rescue->armed = 0;
    ssize_t done = write(rescue->terminal, cn_rescue_text, sizeof cn_rescue_text - 1);
    tcsetattr(rescue->terminal, TCSANOW, &rescue->modes);
    off_t end = rescue->captured < 0 ? 0 : lseek(rescue->captured, 0, SEEK_END);
    if (end > 0) {
      char last[4096];
      off_t start = end > (off_t)sizeof last ? end - (off_t)sizeof last : 0;
      ssize_t size = pread(rescue->captured, last, sizeof last, start);
      if (size > 0) done = write(rescue->errors, last, (size_t)size);
    }
    (void)done;
    if (rescue->errors >= 0) dup2(rescue->errors, 2);
  }
  for (int i = 0; i < CN_RESCUED; i++)
    if (cn_rescued[i] == signal) {
      struct sigaction standard;
      memset(&standard, 0, sizeof standard);
      standard.sa_handler = SIG_DFL;
      sigaction(signal, rescue->chained ? &rescue->before[i] : &standard, NULL);
    }
  raise(signal);
}

/* From now on a crash gives the terminal back first. `stack` holds the handler's frames when the
   thread that crashes has none left; it must stay allocated. Descriptors may be -1. `chained`:
   whoever handled crashes before handles them afterwards. */
static inline void cn_rescue_arm(int terminal, const struct termios *modes, int errors,
                                 int captured, int chained, void *stack, size_t size) {
  stack_t alternate = {.ss_sp = stack, .ss_flags = 0, .ss_size = size};
  sigaltstack(&alternate, NULL);
  struct cn_rescue *rescue = cn_rescue_state();
  rescue->terminal = terminal;
  rescue->modes = *modes;
  rescue->errors = errors;
  rescue->captured = captured;
  rescue->chained = chained;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = cn_rescue_handler;
  action.sa_flags = SA_ONSTACK;
  if (!rescue->armed)
    for (int i = 0; i < CN_RESCUED; i++)
      sigaction(cn_rescued[i], &action, &rescue->before[i]);
  rescue->armed = 1;
}

/* Puts back what cn_rescue_arm found. */
static inline void cn_rescue_disarm(void) {
  struct cn_rescue *rescue = cn_rescue_state();
  if (!rescue->armed) return;
  rescue->armed = 0;
  for (int i = 0; i < CN_RESCUED; i++) sigaction(cn_rescued[i], &rescue->before[i], NULL);
}

#endif
